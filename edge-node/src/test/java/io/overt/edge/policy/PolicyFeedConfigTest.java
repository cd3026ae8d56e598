package io.overt.edge.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyFeedConfigTest {
    @TempDir Path folder;

    @Test
    void one_control_plane_is_enough() throws Exception {
        assertThat(read("{control: 'one.example:9443', signing-keys: [k]}").controls())
                .containsExactly(InetSocketAddress.createUnresolved("one.example", 9443));
    }

    @Test
    void further_ones_are_as_good_as_the_first() throws Exception {
        assertThat(
                        read("{control: 'one.example:9443', further-controls: ['two.example:1', '[2001:db8::1]:2'],"
                                        + " signing-keys: [k]}")
                                .controls())
                .containsExactly(
                        InetSocketAddress.createUnresolved("one.example", 9443),
                        InetSocketAddress.createUnresolved("two.example", 1),
                        new InetSocketAddress("2001:db8::1", 2));
    }

    @Test
    void one_that_is_no_address_is_told_as_such() {
        assertThatThrownBy(
                        () ->
                                read(
                                        "{control: 'one.example:9443', further-controls: [two.example], signing-keys: [k]}"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("policy.further-controls")
                .hasMessageContaining("two.example (expected: host:port");
    }

    private PolicyFeedConfig read(String policy) throws Exception {
        var root =
                ConfigFile.read(
                        Files.writeString(folder.resolve("edge.yaml"), "policy: " + policy, UTF_8));
        var config = PolicyFeedConfig.from(root);
        root.finish();
        return config;
    }
}
