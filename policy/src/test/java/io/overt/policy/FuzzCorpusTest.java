package io.overt.policy;

import io.overt.testkit.fuzz.FuzzCorpus;
import io.overt.testkit.fuzz.FuzzCorpus.Input;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What fuzzing has found worth keeping, run as ordinary tests. */
class FuzzCorpusTest {

    static List<Input> policy() {
        return FuzzCorpus.inputs("policy", PolicyDocumentFuzz.seeds());
    }

    @ParameterizedTest
    @MethodSource("policy")
    void a_policy_document_is_answered(Input input) {
        PolicyDocumentFuzz.fuzzerTestOneInput(input.bytes());
    }
}
