package io.overt.edge.flow;

import static io.overt.edge.flow.InspectPlaybookTest.TO_UPSTREAM_HANDSHAKE;

import io.overt.edge.flow.Listener.Provenance;
import org.junit.jupiter.api.Test;

/** Upstreams that are behind their clients. checklist 48, 49 */
class WeakerPlaybookTest {

    @Test
    void an_upstream_that_is_behind_is_inspected_where_the_rule_says_nothing() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken without alpn
                                << deadline verifying
                                << verify www.example.test
                                """);
    }

    @Test
    void an_upstream_that_is_behind_is_blocked_where_the_rule_says_so() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, weaker BLOCK"))
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken without alpn
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert handshake_failure
                                >> refusal sent
                                << close GRACEFUL
                                << record block because weaker, complete in blocking: version TLSv1.2 (client: TLSv1.3)
                                """);
    }

    @Test
    void an_upstream_that_is_behind_is_met_by_the_client_itself_where_the_rule_says_so() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, weaker SPLICE"))
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken without alpn
                                << abandon upstream
                                << deadline splice-connecting
                                << dial raw 192.0.2.80:443
                                """);
    }

    @Test
    void a_lost_post_quantum_key_exchange_is_blocked_where_the_rule_says_so() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, post-quantum lost BLOCK"))
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert handshake_failure
                                >> refusal sent
                                << close GRACEFUL
                                << record block because post-quantum-lost, complete in blocking: group x25519
                                """);
    }
}
