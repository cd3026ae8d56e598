package io.overt.edge.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForgeConfigTest {
    @TempDir private Path directory;

    @Test
    void defaults() throws Exception {
        ConfigNode root = root("signers: {targets: [{address: \"10.0.0.9:7443\"}]}");
        assertThat(SignersConfig.from(root))
                .isEqualTo(
                        new SignersConfig(
                                List.of(new InetSocketAddress("10.0.0.9", 7443)),
                                "mirror",
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(1),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(4),
                                1024));
        assertThat(LeafCacheConfig.from(root)).isEqualTo(new LeafCacheConfig(50_000));
        root.finish();
    }

    @Test
    void every_key() throws Exception {
        ConfigNode root =
                root(
                        """
                        signers:
                          targets:
                            - address: 10.0.0.9:7443
                            - address: signer-2.example:7443
                          profile: strict
                          call-deadline: 1s
                          forge-deadline: 3s
                          describe-every: 30s
                          probe-every: 500ms
                          retry-every: 2s
                          max-forging: 10
                        leaf-cache:
                          max-leaves: 7
                        """);
        assertThat(SignersConfig.from(root))
                .isEqualTo(
                        new SignersConfig(
                                List.of(
                                        new InetSocketAddress("10.0.0.9", 7443),
                                        InetSocketAddress.createUnresolved(
                                                "signer-2.example", 7443)),
                                "strict",
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(3),
                                Duration.ofSeconds(30),
                                Duration.ofMillis(500),
                                Duration.ofSeconds(2),
                                10));
        assertThat(LeafCacheConfig.from(root)).isEqualTo(new LeafCacheConfig(7));
        root.finish();
    }

    @Test
    void without_a_signer_the_edge_does_not_start() throws Exception {
        ConfigNode root = root("signers: {targets: []}");
        SignersConfig.from(root);
        assertThatThrownBy(root::finish)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("signers.targets: none");
    }

    private ConfigNode root(String yaml) throws Exception {
        return ConfigFile.read(Files.writeString(directory.resolve("edge.yaml"), yaml));
    }
}
