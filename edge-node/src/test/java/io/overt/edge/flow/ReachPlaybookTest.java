package io.overt.edge.flow;

import io.overt.edge.flow.Listener.Provenance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Explicit proxy: 200 means that somebody is there. */
class ReachPlaybookTest {

    @Test
    void another_address_of_the_name_is_the_destination_from_then_on() {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        TO_SCREEN.replace(">> resolved\n", ">> resolved twice\n")
                                + """
                                >> screened: inspect
                                << deadline reaching
                                << reach 192.0.2.80:443 or 2001:db8:0:0:0:0:0:80:443
                                >> other reached
                                << accept connect
                                << deadline awaiting-hello
                                << peek hello
                                >> hello read
                                << deadline deciding
                                << decide
                                >> decided: inspect
                                << deadline connecting
                                << connect 2001:db8:0:0:0:0:0:80:443
                                """);
    }

    @ParameterizedTest
    @CsvSource({
        "upstream unreachable, 502 connection_refused, connection refused",
        "upstream silent, 504 connection_timeout, timed out",
        "deadline reaching, 504 connection_timeout, no connection in time",
    })
    void a_connect_that_leads_nowhere_hears_so_in_words(
            String event, String answer, String detail) {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        TO_SCREEN
                                + """
                                >> screened: inspect
                                << deadline reaching
                                << reach 192.0.2.80:443
                                >> %s
                                << abandon upstream
                                << deadline blocking
                                << refuse: %s
                                >> refusal sent
                                << close GRACEFUL
                                << record block because unreachable, complete in blocking: %s
                                """
                                        .formatted(event, answer, detail));
    }

    /** The connection that was made ahead is no ruling: the hello may still be blocked. */
    @Test
    void what_is_blocked_by_its_hello_has_sent_nothing() {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        TO_SCREEN
                                + """
                                >> screened: inspect
                                << deadline reaching
                                << reach 192.0.2.80:443
                                >> reached
                                << accept connect
                                << deadline awaiting-hello
                                << peek hello
                                >> upstream lost
                                >> hello read
                                << deadline deciding
                                << decide
                                >> decided: block
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert access_denied
                                """);
    }

    private static final String TO_SCREEN =
            """
            << deadline connect-head
            << read connect head
            >> connect asked
            << deadline resolving
            << resolve www.example.test:443
            >> resolved
            << deadline screening
            << screen
            """;
}
