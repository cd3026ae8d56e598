package io.overt.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.publish.PolicyPublisher.PublicationLimits;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.identity.FleetFiles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlConfigTest {
    private static final String REQUIRED =
            """
            identity: {certificate: c.pem, key: c.key, trust-anchors: ca.pem}
            policy: {signing-key: policy.key}
            """;

    @TempDir Path folder;

    @Test
    void what_is_not_written_has_its_default() throws Exception {
        assertThat(read(REQUIRED))
                .isEqualTo(
                        new ControlConfig(
                                new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 9443),
                                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9444),
                                new FleetFiles(
                                        folder.resolve("c.pem"),
                                        folder.resolve("c.key"),
                                        folder.resolve("ca.pem")),
                                folder.resolve("state/control.db"),
                                folder.resolve("policy.key"),
                                new PublicationLimits(64 << 20, 1)));
    }

    @Test
    void every_key_is_read() throws Exception {
        assertThat(
                        read(
                                """
                                listen: "[::1]:1"
                                admin: {listen: 127.0.0.2:2}
                                identity: {certificate: /a, key: /b, trust-anchors: /c}
                                store: {file: /d}
                                policy: {signing-key: /e, max-size: 1MiB, next-version-at-least: 9}
                                """))
                .isEqualTo(
                        new ControlConfig(
                                new InetSocketAddress(InetAddress.ofLiteral("::1"), 1),
                                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 2),
                                new FleetFiles(Path.of("/a"), Path.of("/b"), Path.of("/c")),
                                Path.of("/d"),
                                Path.of("/e"),
                                new PublicationLimits(1 << 20, 9)));
    }

    @Test
    void what_has_no_default_is_asked_for_and_what_is_misspelt_is_told() {
        assertThatThrownBy(() -> read("lisen: 1.2.3.4:5\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("control.yaml:1: identity: missing")
                .hasMessageContaining("control.yaml:1: policy: missing")
                .hasMessageContaining("control.yaml:1: lisen: unknown key (did you mean: listen?)");
    }

    /** The distributed example is the documentation of the defaults: it must say what they are. */
    @Test
    void the_example_shows_the_defaults() throws Exception {
        var example = Files.readString(Path.of("src/main/dist/control.yaml"), UTF_8);
        Files.writeString(folder.resolve("example.yaml"), example);
        var root = ConfigFile.read(folder.resolve("example.yaml"));
        root.section("log").text("level");

        var shown = ControlConfig.read(root);

        var defaults = read(REQUIRED);
        assertThat(shown.listen()).isEqualTo(defaults.listen());
        assertThat(shown.admin()).isEqualTo(defaults.admin());
        assertThat(shown.store()).isEqualTo(defaults.store());
        assertThat(shown.limits()).isEqualTo(defaults.limits());
    }

    private ControlConfig read(String yaml) throws Exception {
        return ControlConfig.read(
                ConfigFile.read(Files.writeString(folder.resolve("control.yaml"), yaml)));
    }
}
