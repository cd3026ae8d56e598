package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.hello.HelloWire;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * "Names, and who says them" of docs/policy.md, on real connections: CONNECT, the hello, the
 * certificate and the address each name a host, and may disagree.
 */
@ExtendWith(LeakExtension.class)
class NamesTest {
    private static final String SHOP = "www.shop.test";
    private static final String BANK = "www.bank.test";
    private static final String THEN_INSPECT = "  - {name: default, then: inspect}\n";

    @SuppressWarnings("NullAway.Init")
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench("rules:\n" + THEN_INSPECT);
        bench.names(InetAddress.getLoopbackAddress());
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @AfterEach
    void nothing_stays_open() {
        bench.awaitQuiet();
        assertThat(bench.takeRecords()).isEmpty();
    }

    @Test
    void a_hello_without_a_name_has_a_condition() throws Exception {
        rule("{hello: {no-sni: true}}");
        assertThat(told(SHOP, HelloWire.golden("openssl-3.0-no-sni"), SHOP))
                .isEqualTo("block rule by named");
        assertThat(told(SHOP, Clients.hello(SHOP), SHOP)).isEqualTo("inspect rule by default");
    }

    /** No `host` holds, and nearly no certificate is valid for an address. */
    @Test
    void a_hello_without_a_name_is_untrusted_where_no_rule_is_about_it() throws Exception {
        rule("{host: " + SHOP + "}");
        assertThat(told(BANK, HelloWire.golden("openssl-3.0-no-sni"), SHOP))
                .startsWith("block untrusted by default")
                .contains("NAME_MISMATCH", "127.0.0.1");
    }

    @Test
    void a_name_that_differs_from_connects_has_a_condition() throws Exception {
        rule("{hello: {sni-mismatch: true}}");
        assertThat(told(BANK, Clients.hello(SHOP), SHOP)).isEqualTo("block rule by named");
        assertThat(told(SHOP, Clients.hello(SHOP), SHOP)).isEqualTo("inspect rule by default");
    }

    @Test
    void where_no_rule_is_about_the_difference_the_server_name_counts() throws Exception {
        rule("{host: " + SHOP + "}");
        assertThat(told(BANK, Clients.hello(SHOP), SHOP)).isEqualTo("block rule by named");
        // Blocked by CONNECT's name, before the hello could say another.
        assertThat(told(SHOP, Clients.hello(BANK), BANK)).isEqualTo("block rule by named");
    }

    @Test
    void a_certificate_that_is_not_for_the_name_is_untrusted() throws Exception {
        rule("{hello: {no-sni: true}}");
        assertThat(told(SHOP, Clients.hello(SHOP), BANK))
                .startsWith("block untrusted by default")
                .contains("NAME_MISMATCH", SHOP);
    }

    /** A client that calls its destination a bank goes where no bank is: inspected, and caught. */
    @Test
    void a_name_of_a_host_that_lives_elsewhere_does_not_pass_a_rule_with_a_destination()
            throws Exception {
        bench.policy(
                7,
                "rules:\n  - {name: banks, when: {host: "
                        + BANK
                        + ", destination: 192.0.2.0/24}, then: splice}\n"
                        + THEN_INSPECT);
        assertThat(told(BANK, Clients.hello(BANK), SHOP))
                .startsWith("block untrusted by default")
                .contains("NAME_MISMATCH");
    }

    /** Chromium's is GREASE: nobody can tell it from a real one (RFC 9849 §6.2). */
    // checklist 46
    @Test
    void an_encrypted_hello_has_a_condition() throws Exception {
        rule("{hello: {ech: true}}");
        assertThat(told(SHOP, HelloWire.golden("chromium-156"), SHOP))
                .isEqualTo("block rule by named");
        assertThat(told(SHOP, Clients.hello(SHOP), SHOP)).isEqualTo("inspect rule by default");
    }

    private static void rule(String when) {
        bench.policy(
                7, "rules:\n  - {name: named, when: " + when + ", then: block}\n" + THEN_INSPECT);
    }

    /**
     * What a client's connection came to, by its record; the client leaves when it was answered.
     */
    private static String told(String connect, byte[] hello, String certified) throws Exception {
        try (var upstream =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf(certified))
                                        .speaking(tls -> tls.getInputStream().readAllBytes()));
                var client = new Socket(bench.proxy().getAddress(), bench.proxy().getPort())) {
            client.setSoTimeout((int) Bench.PATIENCE.toMillis());
            client.getOutputStream()
                    .write(
                            ("CONNECT "
                                            + connect
                                            + ":"
                                            + upstream.address().getPort()
                                            + " HTTP/1.1\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            if (Clients.readHead(client.getInputStream()).startsWith("HTTP/1.1 200 ")) {
                client.getOutputStream().write(hello);
                var _ = client.getInputStream().read();
            }
        }
        var record = bench.record();
        var detail = record.text("detail");
        return record.text("outcome")
                + " "
                + record.text("reason")
                + " by "
                + record.text("rule")
                + (record.text("reason").equals("untrusted") ? ": " + detail : "");
    }
}
