package io.overt.x509;

import io.overt.testkit.fuzz.FuzzCorpus;
import io.overt.testkit.fuzz.FuzzCorpus.Input;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What fuzzing has found worth keeping, run as ordinary tests. */
class FuzzCorpusTest {

    static List<Input> certificates() {
        return FuzzCorpus.inputs("certificates", PresentedChainFuzz.seeds());
    }

    // checklist 11, 25
    @ParameterizedTest
    @MethodSource("certificates")
    void a_chain_is_answered(Input input) {
        PresentedChainFuzz.fuzzerTestOneInput(input.bytes());
    }
}
