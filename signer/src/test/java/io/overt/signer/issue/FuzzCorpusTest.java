package io.overt.signer.issue;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.fuzz.FuzzCorpus;
import io.overt.testkit.fuzz.FuzzCorpus.Input;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What fuzzing has found worth keeping, run as ordinary tests. */
class FuzzCorpusTest {

    static List<Input> requests() {
        return FuzzCorpus.inputs("forge", ForgeRequestFuzz.seeds());
    }

    // checklist 67, 69
    @ParameterizedTest
    @MethodSource("requests")
    void a_request_is_answered(Input input) {
        ForgeRequestFuzz.fuzzerTestOneInput(input.bytes());
    }

    private static List<TbsDigest> digests(List<byte[]> seeds) {
        return seeds.stream().map(TbsDigest::of).toList();
    }

    /** Or what was kept would not fit the world of another run. */
    @Test
    void the_seeds_are_the_same_each_time() {
        assertThat(digests(ForgeRequestFuzz.seeds()))
                .hasSize(8)
                .doesNotHaveDuplicates()
                .isEqualTo(digests(ForgeRequestFuzz.seeds()));
    }
}
