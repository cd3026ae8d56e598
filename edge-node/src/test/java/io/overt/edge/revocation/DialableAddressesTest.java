package io.overt.edge.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.policy.Cidr;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DialableAddressesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "100.64.0.1",
                "169.254.169.254",
                "224.0.0.1",
                "255.255.255.255",
                "198.18.0.1",
                "::",
                "::1",
                "::ffff:10.0.0.1",
                "::10.0.0.1",
                "fe80::1",
                "fc00::1",
                "fd12:3456::1",
                "fec0::1",
                "ff02::1",
                "2002:a00:1::1",
                "2001:0:a00:1::1",
                "64:ff9b::10.0.0.1",
                "64:ff9b:1::1",
            })
    void does_not_dial_what_is_not_on_the_internet(String address) {
        assertThat(new DialableAddresses(List.of()).contains(InetAddress.ofLiteral(address)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9.255.255.255",
                "11.0.0.0",
                "172.15.0.1",
                "172.32.0.1",
                "100.63.255.255",
                "8.8.8.8",
                "2606:4700::1",
                "64:ff9b::8.8.8.8",
            })
    void dials_what_is(String address) {
        assertThat(new DialableAddresses(List.of()).contains(InetAddress.ofLiteral(address)))
                .isTrue();
    }

    @Test
    void dials_a_private_network_that_is_allowed_and_no_other() {
        var dialable = new DialableAddresses(List.of(Cidr.of("10.1.0.0/16")));

        assertThat(dialable.contains(InetAddress.ofLiteral("10.1.9.9"))).isTrue();
        assertThat(dialable.contains(InetAddress.ofLiteral("10.2.9.9"))).isFalse();
        assertThat(dialable.contains(InetAddress.ofLiteral("127.0.0.1"))).isFalse();
    }
}
