package io.overt.edge.flow;

import org.junit.jupiter.api.Test;

/** The ways in that begin with a load balancer's word. */
class ProxyHeaderPlaybookTest {
    private static Playbook behindABalancer() {
        return Playbook.on(Listener.Provenance.PROXY_PROTOCOL);
    }

    @Test
    void a_balancers_client_is_heard_like_a_diverted_one() {
        behindABalancer()
                .plays(
                        """
                        << deadline proxy-header
                        << read proxy header
                        >> proxy header
                        << deadline awaiting-hello
                        << peek hello
                        >> hello read
                        << deadline deciding
                        << decide
                        """);
    }

    @Test
    void a_health_check_is_closed_and_nobody_is_told_no() {
        behindABalancer()
                .plays(
                        """
                        << deadline proxy-header
                        << read proxy header
                        >> health checked
                        << close GRACEFUL
                        << record abandon because health-check, complete in proxy-header
                        """);
    }

    @Test
    void a_header_from_elsewhere_is_reset() {
        behindABalancer()
                .plays(
                        """
                        << deadline proxy-header
                        << read proxy header
                        >> proxy header from elsewhere
                        << abandon upstream
                        << deadline blocking
                        << refuse: reset
                        >> refusal sent
                        << close GRACEFUL
                        << record block because peer-not-allowed, complete in blocking: 192.0.2.66
                        """);
    }

    @Test
    void a_header_that_cannot_be_read_is_reset() {
        behindABalancer()
                .plays(
                        """
                        << deadline proxy-header
                        << read proxy header
                        >> proxy header malformed
                        << abandon upstream
                        << deadline blocking
                        << refuse: reset
                        >> refusal sent
                        << close GRACEFUL
                        << record block because proxy-header-malformed, complete in blocking: version 1
                        """);
    }

    @Test
    void a_header_that_does_not_come_is_not_waited_for() {
        behindABalancer()
                .where("time is up", new Event.DeadlinePassed(Stage.PROXY_HEADER))
                .plays(
                        """
                        << deadline proxy-header
                        << read proxy header
                        >> time is up
                        << abandon upstream
                        << deadline blocking
                        << refuse: reset
                        >> refusal sent
                        << close GRACEFUL
                        << record block because proxy-header-malformed, complete in blocking: not in time
                        """);
    }

    @Test
    void a_header_that_leads_back_to_us_is_a_loop() {
        behindABalancer()
                .plays(
                        """
                        << deadline proxy-header
                        << read proxy header
                        >> loop found
                        << abandon upstream
                        << deadline blocking
                        << refuse: reset
                        >> refusal sent
                        << close GRACEFUL
                        << record block because loop, complete in blocking: 192.0.2.1:8443 is ours
                        """);
    }
}
