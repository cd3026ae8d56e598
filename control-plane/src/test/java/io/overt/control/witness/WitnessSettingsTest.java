package io.overt.control.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.ControlConfig;
import io.overt.control.ControlYaml;
import io.overt.service.config.ConfigException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code witness} of the configuration. */
class WitnessSettingsTest {
    @TempDir Path folder;

    @Test
    void what_is_not_written_of_a_witness_has_its_default() throws Exception {
        var witness =
                read("witness: {key: w.key, logs: [{url: 'http://s/log', certificate: c.pem}]}")
                        .witness()
                        .orElseThrow();

        assertThat(witness.listen())
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 9448));
        assertThat(witness.interval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(witness.deadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(witness.staleAfter()).isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void a_witness_says_what_is_wrong_with_its_logs() {
        assertThatThrownBy(
                        () ->
                                read(
                                        """
                                        witness:
                                          key: w.key
                                          logs:
                                            - {url: "ftp://s/log", key: nonsense}
                                            - {url: "http://s/log"}
                                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("witness.logs[0].url: ftp://s/log (expected: http://host")
                .hasMessageContaining("witness.logs[0].key: nonsense (expected: a verifier key")
                .hasMessageContaining("witness.logs[1].key: expected: key or certificate");
        assertThatThrownBy(() -> read("witness: {key: w.key}"))
                .hasMessageContaining("witness.logs: none (expected: at least one)");
    }

    /** Commented out in it: without a log there is nothing to default to. */
    @Test
    void the_example_of_a_witness_shows_its_defaults() throws Exception {
        var shown = read(ControlYaml.commentedOut("witness")).witness().orElseThrow();
        var defaults =
                read("witness: {key: w, logs: [{url: 'http://s/l', certificate: c}]}")
                        .witness()
                        .orElseThrow();

        assertThat(shown.listen()).isEqualTo(defaults.listen());
        assertThat(shown.interval()).isEqualTo(defaults.interval());
        assertThat(shown.deadline()).isEqualTo(defaults.deadline());
        assertThat(shown.staleAfter()).isEqualTo(defaults.staleAfter());
        assertThat(shown.logs()).hasSize(1);
    }

    private ControlConfig read(String sections) throws Exception {
        return ControlYaml.read(folder, sections);
    }
}
