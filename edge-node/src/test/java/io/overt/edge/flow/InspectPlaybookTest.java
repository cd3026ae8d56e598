package io.overt.edge.flow;

import io.overt.edge.flow.Listener.Provenance;
import org.junit.jupiter.api.Test;

/** The way through, and what can still go wrong once our leaf is shown. */
class InspectPlaybookTest {

    // checklist 27
    @Test
    void a_diverted_connection_is_inspected() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_HANDSHAKE
                                + """
                                >> client handshaken
                                << deadline relaying
                                << relay OPAQUE
                                >> relay ended: COMPLETE
                                << close GRACEFUL
                                << record inspect because rule, complete in relaying [OPAQUE]
                                """);
    }

    @Test
    void an_explicit_proxy_hears_200_before_its_hello_is_read() {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        """
                        << deadline connect-head
                        << read connect head
                        >> connect asked
                        << deadline resolving
                        << resolve www.example.test:443
                        >> resolved
                        << deadline screening
                        << screen
                        >> screened: inspect
                        << deadline reaching
                        << reach 192.0.2.80:443
                        >> reached
                        << accept connect
                        << deadline awaiting-hello
                        << peek hello
                        >> hello begun
                        << deadline peeking
                        >> hello read
                        << deadline deciding
                        << decide
                        >> decided: inspect
                        << deadline connecting
                        << connect 192.0.2.80:443
                        """);
    }

    @Test
    void http1_goes_through_the_filter() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken http/1.1
                                << deadline verifying
                                << verify www.example.test
                                >> upstream verified
                                << deadline forging
                                << forge www.example.test
                                >> leaf forged
                                << deadline client-handshake
                                << handshake client http/1.1
                                >> client handshaken
                                << deadline relaying
                                << relay HTTP1
                                """);
    }

    // checklist 36
    @Test
    void a_client_learns_no_protocol_that_upstream_did_not_choose() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_UPSTREAM_HANDSHAKE
                                + """
                                >> upstream handshaken without alpn
                                << deadline verifying
                                << verify www.example.test
                                >> upstream verified
                                << deadline forging
                                << forge www.example.test
                                >> leaf forged
                                << deadline client-handshake
                                << handshake client -
                                >> client handshaken
                                << deadline relaying
                                << relay BY_FIRST_BYTES
                                """);
    }

    @Test
    void a_client_that_refuses_the_leaf_is_lost_and_recorded_as_such() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_HANDSHAKE
                                + """
                                >> leaf refused
                                << testify alert
                                << close GRACEFUL
                                << record inspect because rule, client-refused-leaf in client-handshake: client sent unknown_ca
                                """);
    }

    @Test
    void a_tls13_client_refuses_the_leaf_after_its_handshake() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_RELAY
                                + """
                                >> leaf refused
                                << testify late-alert
                                << close GRACEFUL
                                << record inspect because rule, client-refused-leaf in relaying: client sent unknown_ca [OPAQUE]
                                """);
    }

    @Test
    void a_client_that_closes_right_behind_its_handshake_is_told_apart() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_RELAY
                                + """
                                >> relay ended: CLIENT_SAID_NOTHING
                                << close GRACEFUL
                                << record inspect because rule, client-said-nothing in relaying [OPAQUE]
                                """);
    }

    @Test
    void a_reset_is_passed_on_as_a_reset() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_RELAY
                                + """
                                >> relay ended: UPSTREAM_RESET
                                << close RESET
                                << record inspect because rule, upstream-reset in relaying [OPAQUE]
                                """);
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_RELAY
                                + """
                                >> relay ended: CLIENT_RESET
                                << close RESET
                                << record inspect because rule, client-reset in relaying [OPAQUE]
                                """);
    }

    @Test
    void a_client_handshake_ends_by_failure_silence_or_departure() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_HANDSHAKE
                                + """
                                >> client handshake failed
                                << close GRACEFUL
                                << record inspect because rule, client-handshake-failed in client-handshake: no common group
                                """);
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_HANDSHAKE
                                + """
                                >> deadline client-handshake
                                << close GRACEFUL
                                << record inspect because rule, timed-out in client-handshake: client's handshake was not done in time
                                """);
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_HANDSHAKE
                                + """
                                >> client left
                                << testify handshake-close
                                << close GRACEFUL
                                << record inspect because rule, client-left in client-handshake: client closed in its handshake
                                """);
    }

    @Test
    void an_idle_relay_ends() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_RELAY
                                + """
                                >> deadline relaying
                                << close GRACEFUL
                                << record inspect because rule, timed-out in relaying: nothing moved for too long [OPAQUE]
                                """);
    }

    @Test
    void an_upstream_that_closes_during_the_client_handshake_is_left_to_the_relay() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_HANDSHAKE
                                + """
                                >> upstream lost
                                >> client handshaken
                                << deadline relaying
                                << relay OPAQUE
                                """);
    }

    @Test
    void late_answers_of_earlier_stages_change_nothing() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_RELAY
                                + """
                                >> upstream unreachable
                                >> signer away
                                >> decided: block
                                >> deadline forging
                                >> raw connected
                                >> hello read
                                >> relay ended: COMPLETE
                                << close GRACEFUL
                                << record inspect because rule, complete in relaying [OPAQUE]
                                >> relay ended: COMPLETE
                                >> client left
                                """);
    }

    static final String TO_DECIDE =
            """
            << deadline arriving
            << find destination
            >> destination found
            << deadline awaiting-hello
            << peek hello
            >> hello read
            << deadline deciding
            << decide
            """;

    static final String TO_UPSTREAM_HANDSHAKE =
            TO_DECIDE
                    + """
                    >> decided: inspect
                    << deadline connecting
                    << connect 192.0.2.80:443
                    >> upstream connected
                    << deadline upstream-handshake
                    << handshake upstream www.example.test [h2, http/1.1]
                    """;

    static final String TO_VERIFY =
            TO_UPSTREAM_HANDSHAKE
                    + """
                    >> upstream handshaken
                    << deadline verifying
                    << verify www.example.test
                    """;

    static final String TO_FORGE =
            TO_VERIFY
                    + """
                    >> upstream verified
                    << deadline forging
                    << forge www.example.test
                    """;

    static final String TO_HANDSHAKE =
            TO_FORGE
                    + """
                    >> leaf forged
                    << deadline client-handshake
                    << handshake client h2
                    """;

    static final String TO_RELAY =
            TO_HANDSHAKE
                    + """
                    >> client handshaken
                    << deadline relaying
                    << relay OPAQUE
                    """;
}
