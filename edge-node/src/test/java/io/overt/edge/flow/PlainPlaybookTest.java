package io.overt.edge.flow;

import io.overt.edge.flow.Listener.Provenance;
import io.overt.policy.Action;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Explicit proxy: plain requests, and users who say who they are. */
class PlainPlaybookTest {

    @ParameterizedTest
    @CsvSource({
        "decided: inspect, HTTP1, inspect because rule",
        "decided: splice, OPAQUE, splice because rule",
    })
    void a_run_of_plain_requests_is_judged_or_not_as_the_rule_says(
            String decided, String mode, String record) {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        TO_DECISION
                                + """
                                >> %s
                                << deadline connecting
                                << reach plain 192.0.2.80:443
                                >> reached
                                << connect plain 192.0.2.80:443
                                >> raw connected
                                << deadline forwarding
                                << forward %s
                                >> relay ended: COMPLETE
                                << close GRACEFUL
                                << record %s, complete in forwarding [%2$s]
                                """
                                        .formatted(decided, mode, record));
    }

    @Test
    void what_is_for_another_upstream_keeps_the_clients_connection() {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        TO_FORWARD
                                + """
                                >> handed back
                                << close CLIENT_KEPT
                                << record inspect because rule, complete in forwarding [HTTP1]
                                """);
    }

    @ParameterizedTest
    @CsvSource({
        "relay ended: CLIENT_RESET, RESET, client-reset",
        "relay ended: UPSTREAM_RESET, RESET, upstream-reset",
        "relay ended: CLIENT_SAID_NOTHING, GRACEFUL, complete",
        "client left, GRACEFUL, client-left",
        "drain ended, GRACEFUL, drained",
        "deadline forwarding, GRACEFUL, timed-out",
        "shell failed, RESET, internal",
    })
    void each_end_of_a_run_is_recorded_as_what_it_was(String event, String style, String ending) {
        var detail =
                switch (ending) {
                    case "timed-out" -> ": nothing moved for too long";
                    case "internal" -> ": bug";
                    default -> "";
                };
        Playbook.on(Provenance.CONNECT)
                .plays(
                        TO_FORWARD
                                + """
                                >> %s
                                << close %s
                                << record inspect because rule, %s in forwarding%s [HTTP1]
                                """
                                        .formatted(event, style, ending, detail));
    }

    @Test
    void another_address_of_the_host_is_the_destination_from_then_on() {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        TO_DECISION.replace(">> resolved\n", ">> resolved twice\n")
                                + """
                                >> decided: inspect
                                << deadline connecting
                                << reach plain 192.0.2.80:443 or 2001:db8:0:0:0:0:0:80:443
                                >> other reached
                                << connect plain 2001:db8:0:0:0:0:0:80:443
                                >> raw connected
                                << deadline forwarding
                                << forward HTTP1
                                """);
    }

    @Test
    void a_blocked_host_is_not_connected_to() {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        TO_DECISION
                                + """
                                >> decided: block
                                << abandon upstream
                                << deadline blocking
                                << refuse: 403 http_request_denied "Not here"
                                """);
    }

    @Test
    void without_a_policy_nothing_is_forwarded() {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        TO_DECISION
                                + """
                                >> policy missing
                                << abandon upstream
                                << deadline blocking
                                << refuse: 503 proxy_internal_response
                                """);
    }

    /**
     * Overload is the one failure that a rule is asked about: nothing is forged that could fail.
     */
    @Test
    void an_edge_that_is_full_does_what_the_rule_says() {
        var full = new Event.Decided(Cast.ruling(Action.INSPECT), Event.Load.EXHAUSTED);
        var fullAndSplices = new Event.Decided(Cast.spliceAllFailures(), Event.Load.EXHAUSTED);
        Playbook.on(Provenance.CONNECT)
                .where("full", full)
                .plays(
                        TO_DECISION
                                + """
                                >> full
                                << abandon upstream
                                << deadline blocking
                                << refuse: 503 proxy_internal_response
                                """);
        Playbook.on(Provenance.CONNECT)
                .where("full", fullAndSplices)
                .plays(
                        TO_DECISION
                                + """
                                >> full
                                << deadline connecting
                                << reach plain 192.0.2.80:443
                                >> reached
                                << connect plain 192.0.2.80:443
                                >> raw connected
                                << deadline forwarding
                                << forward OPAQUE
                                >> relay ended: COMPLETE
                                << close GRACEFUL
                                << record splice because overload, complete in forwarding [OPAQUE]
                                """);
    }

    @ParameterizedTest
    @CsvSource({
        "upstream unreachable, 502 connection_refused",
        "upstream silent, 504 connection_timeout",
        "raw unreachable, 502 destination_unavailable",
        "deadline connecting, 504 connection_timeout",
    })
    void nobody_at_the_other_end_is_said_in_words(String event, String answer) {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        TO_DECISION
                                + """
                                >> decided: inspect
                                << deadline connecting
                                << reach plain 192.0.2.80:443
                                >> %s
                                << abandon upstream
                                << deadline blocking
                                << refuse: %s
                                """
                                        .formatted(event, answer));
    }

    /** Who has no password cannot make us ask the DNS. */
    @Test
    void who_a_user_is_comes_before_where_they_want_to_go() {
        for (var asked : new String[] {"connect asked", "plain asked"}) {
            Playbook.onProxyWithUsers()
                    .plays(
                            """
                            << deadline connect-head
                            << read connect head
                            >> %s
                            << deadline authenticating
                            << authenticate
                            >> authenticated
                            << deadline resolving
                            << resolve www.example.test:443
                            """
                                    .formatted(asked));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "not authenticated: MISSING, 407 http_request_denied",
        "not authenticated: WRONG, 407 http_request_denied",
        "not authenticated: TOO_MANY, 429 http_request_denied",
        "not authenticated: OVERLOAD, 503 proxy_internal_response",
        "deadline authenticating, 503 proxy_internal_response",
    })
    void who_is_no_user_hears_why(String event, String answer) {
        Playbook.onProxyWithUsers()
                .plays(
                        """
                        << deadline connect-head
                        << read connect head
                        >> plain asked
                        << deadline authenticating
                        << authenticate
                        >> %s
                        << abandon upstream
                        << deadline blocking
                        << refuse: %s
                        """
                                .formatted(event, answer));
    }

    private static final String TO_DECISION =
            """
            << deadline connect-head
            << read connect head
            >> plain asked
            << deadline resolving
            << resolve www.example.test:443
            >> resolved
            << deadline deciding
            << decide plain
            """;

    private static final String TO_FORWARD =
            TO_DECISION
                    + """
                    >> decided: inspect
                    << deadline connecting
                    << reach plain 192.0.2.80:443
                    >> reached
                    << connect plain 192.0.2.80:443
                    >> raw connected
                    << deadline forwarding
                    << forward HTTP1
                    """;
}
