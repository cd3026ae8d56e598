package io.overt.signer.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CountersTest {

    private static final String TEXT =
            """
            # HELP overt_signer_signatures_total Signatures over leaves that issuing keys made.
            # TYPE overt_signer_signatures_total counter
            overt_signer_signatures_total{issuer="CN=A \\"quoted\\",O=X, Y"} 3.0
            overt_signer_signatures_total{issuer="CN=B\\\\,O=Y"} 4.0 1764316800000
            overt_signer_log_checkpoints_total 5.0
            overt_signer_token_operations_total{kind="leaf",result="signed",token="t"} 15.0
            overt_signer_crls_total{crl="a"} 1.0
            overt_signer_crls_total{crl="b"} 2.0
            overt_signer_token_operations_total{kind="leaf",result="failed",token="t"} 70.0
            overt_signer_token_operations_total{kind="canary",result="signed",token="t"} 80.0
            process_start_time_seconds 1.7643168005E9
            jvm_memory_used_bytes{area="heap",id="x",} NaN
            """;

    @Test
    void what_a_signer_tells_is_read() {
        assertThat(Counters.parse(TEXT))
                .isEqualTo(
                        new Counters(
                                Instant.parse("2025-11-28T08:00:00.500Z"),
                                Map.of("CN=A \"quoted\",O=X, Y", 3L, "CN=B\\,O=Y", 4L),
                                5,
                                3,
                                Optional.of(15L)));
        assertThat(Counters.parse(TEXT).accounted()).isEqualTo(15);
    }

    @Test
    void what_is_not_a_signers_is_refused() {
        assertThatThrownBy(() -> Counters.parse("up 1\n"))
                .hasMessageStartingWith("not the counters of a signer");
        for (String line : new String[] {"nonsense", "a{b=\"c\"}", "a{b} 1", "a x", "a{b=\"c"}) {
            assertThatThrownBy(() -> Counters.parse(TEXT + line + "\n"))
                    .as(line)
                    .hasMessageContaining("(expected: Prometheus text)");
        }
    }
}
