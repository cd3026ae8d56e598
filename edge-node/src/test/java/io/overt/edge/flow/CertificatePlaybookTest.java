package io.overt.edge.flow;

import static io.overt.edge.flow.InspectPlaybookTest.TO_DECIDE;
import static io.overt.edge.flow.InspectPlaybookTest.TO_UPSTREAM_HANDSHAKE;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.flow.Listener.Provenance;
import org.junit.jupiter.api.Test;

/**
 * Upstreams that want a client certificate, and such as agree on what the client had not offered.
 * checklist 46, 47
 */
class CertificatePlaybookTest {

    @Test
    void an_upstream_that_asks_is_blocked_where_the_rule_says_nothing_and_remembered() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken, asking
                                << remember www.example.test at 192.0.2.80:443 ASKS
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert handshake_failure
                                >> refusal sent
                                << close GRACEFUL
                                << record block because client-cert, complete in blocking: upstream asks for a client certificate
                                """);
    }

    @Test
    void the_next_connection_is_decided_before_anything_is_dialled() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_DECIDE
                                + """
                                >> decided: inspect, ASKS
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert handshake_failure
                                >> refusal sent
                                << close GRACEFUL
                                << record block because client-cert, complete in blocking: upstream was seen to ask for a client certificate
                                """);
    }

    @Test
    void one_that_asks_goes_on_without_where_the_rule_says_inspect() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, asked goes on, ASKS"))
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken, asking
                                << remember www.example.test at 192.0.2.80:443 ASKS
                                << deadline verifying
                                << verify www.example.test
                                """);
    }

    @Test
    void one_that_asks_and_that_another_edge_saw_insist_is_spliced_before_the_client_meets_us() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, asked goes on"))
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken, asking, told to insist
                                << remember www.example.test at 192.0.2.80:443 ASKS
                                << abandon upstream
                                << deadline splice-connecting
                                << dial raw 192.0.2.80:443
                                """);
    }

    @Test
    void one_that_insists_in_its_handshake_is_spliced_where_the_rule_says_so() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, asked goes on"))
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream insists in its handshake
                                << remember www.example.test at 192.0.2.80:443 INSISTS
                                << abandon upstream
                                << deadline splice-connecting
                                << dial raw 192.0.2.80:443
                                """);
    }

    @Test
    void one_that_insists_while_a_leaf_is_forged_can_still_be_spliced() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, asked goes on"))
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken, asking
                                << remember www.example.test at 192.0.2.80:443 ASKS
                                << deadline verifying
                                << verify www.example.test
                                >> upstream verified
                                << deadline forging
                                << forge www.example.test
                                >> upstream insists late
                                << remember www.example.test at 192.0.2.80:443 INSISTS
                                << abandon upstream
                                << deadline splice-connecting
                                << dial raw 192.0.2.80:443
                                """);
    }

    /** The trap: TLS 1.3's certificate_required behind what looked like a finished handshake. */
    @Test
    void one_that_insists_once_our_leaf_is_out_resets_the_client_and_teaches_the_next() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, asked goes on"))
                .plays(
                        TO_CLIENT_HANDSHAKE
                                + """
                                >> upstream insists late
                                << remember www.example.test at 192.0.2.80:443 INSISTS
                                << close RESET
                                << record inspect because rule, certificate-required in client-handshake: upstream insists on a client certificate: alert
                                """);
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, asked goes on"))
                .plays(
                        TO_CLIENT_HANDSHAKE
                                + """
                                >> client handshaken
                                << deadline relaying
                                << relay OPAQUE
                                >> relay ended: CERTIFICATE_REQUIRED
                                << remember www.example.test at 192.0.2.80:443 INSISTS
                                << close RESET
                                << record inspect because rule, certificate-required in relaying: upstream insists on a client certificate [OPAQUE]
                                """);
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_DECIDE
                                + """
                                >> decided: inspect, asked goes on, INSISTS
                                << abandon upstream
                                << deadline splice-connecting
                                << dial raw 192.0.2.80:443
                                >> raw connected
                                << deadline splicing
                                << splice
                                >> relay ended: COMPLETE
                                << close GRACEFUL
                                << record splice because client-cert-required, complete in splicing: upstream was seen to insist on a client certificate
                                """);
    }

    /** checklist 47 */
    @Test
    void what_the_client_had_not_offered_is_blocked_where_the_rule_says_nothing() {
        Playbook.on(Provenance.DIVERT)
                .where("hello read", Cast.named("hello read, ECDSA alone"))
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken with RSA
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert handshake_failure
                                >> refusal sent
                                << close GRACEFUL
                                << record block because not-offered, complete in blocking: key RSA
                                """);
    }

    @Test
    void what_the_client_had_not_offered_is_inspected_where_the_rule_says_so() {
        Playbook.on(Provenance.DIVERT)
                .where("hello read", Cast.named("hello read, ECDSA alone"))
                .where("decided: inspect", Cast.named("decided: inspect, asked goes on"))
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken with RSA
                                << deadline verifying
                                << verify www.example.test
                                """);
    }

    @Test
    void an_upstream_is_offered_what_its_client_offered_and_post_quantum_in_any_case() {
        var hello =
                Cast.hello(
                        java.util.Optional.empty(),
                        java.util.List.of("http/1.1"),
                        java.util.List.of(0x0a0a, 0x0303),
                        java.util.List.of(0x0a0a, 0x0017),
                        java.util.List.of(0x0403));

        var offer = UpstreamOffer.of(hello);

        assertThat(offer.protocols()).containsExactly("TLSv1.2");
        assertThat(offer.groups()).containsExactly("X25519MLKEM768", "P-256");
        // Of TLS 1.2's suites the one that the cast's hello has; of 1.3's all.
        assertThat(offer.cipherSuites())
                .containsExactly(
                        "TLS_AES_128_GCM_SHA256",
                        "TLS_AES_256_GCM_SHA384",
                        "TLS_CHACHA20_POLY1305_SHA256",
                        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
    }

    private static final String TO_CLIENT_HANDSHAKE =
            TO_UPSTREAM_HANDSHAKE
                    + """
                    >> upstream handshaken, asking
                    << remember www.example.test at 192.0.2.80:443 ASKS
                    << deadline verifying
                    << verify www.example.test
                    >> upstream verified
                    << deadline forging
                    << forge www.example.test
                    >> leaf forged
                    << deadline client-handshake
                    << handshake client h2
                    """;
}
