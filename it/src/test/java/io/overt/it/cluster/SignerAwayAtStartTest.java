package io.overt.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.it.cluster.Origins.Site;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An edge that is started before its signer. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class SignerAwayAtStartTest {
    private static final String POLICY =
            """
            policy: onejvm
            rules:
              - name: lenient
                when: { host: ["*.splice.example"] }
                then: inspect
                on: { signer-away: splice }
              - name: default
                then: inspect
            """;

    @Test
    void edge_without_signer_waits_for_leaf_keys_and_is_ready_once_the_signer_is_there(
            @TempDir Path directory) throws Exception {
        try (var one = new OneJvm(directory, "edge-a")) {
            Site spliced = one.origins.of("early.splice.example");
            Site blocked = one.origins.of("early.block.example");
            one.startWithoutSigner(POLICY);
            InProcessPart edge = one.cluster.edge("edge-a").part();

            OneJvm.patiently("policy is there, and no leaf key")
                    .untilAsserted(
                            () ->
                                    assertThat(edge.notReady())
                                            .isEqualTo(
                                                    "leaf-keys: no signer has described its profiles"
                                                            + " yet\n"));
            assertThat(one.visit("edge-a", spliced, "early.splice.example").shown())
                    .isEqualTo(spliced.identity().chain());
            assertThat(one.visit("edge-a", blocked, "early.block.example").shown()).isEmpty();
            one.awaitFates("edge-a", spliced.address(), "splice signer-away null");
            one.awaitFates("edge-a", blocked.address(), "block signer-away null");

            one.startSigner();

            assertThat(one.visit("edge-a", blocked, "early.block.example").answer())
                    .hasValueSatisfying(answer -> assertThat(answer).endsWith(Origins.ANSWER));
            one.awaitFates(
                    "edge-a", blocked.address(), "block signer-away null", "inspect rule signer");
            one.awaitOneRecordPerConnection();
        }
    }
}
