package io.overt.edge.flow;

import io.overt.edge.flow.Listener.Provenance;
import io.overt.policy.HelloFault;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** By rule, or because inspecting failed before our ServerHello and the rule says so. */
class SplicePlaybookTest {

    @Test
    void a_rule_splices_over_a_fresh_connection() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        InspectPlaybookTest.TO_DECIDE
                                + """
                                >> decided: splice
                                << abandon upstream
                                << deadline splice-connecting
                                << dial raw 192.0.2.80:443
                                >> raw connected
                                << deadline splicing
                                << splice
                                >> relay ended: COMPLETE
                                << close GRACEFUL
                                << record splice because rule, complete in splicing
                                """);
    }

    @Test
    void a_splice_that_finds_nobody_looks_like_an_absent_host() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        InspectPlaybookTest.TO_DECIDE
                                + """
                                >> decided: splice
                                << abandon upstream
                                << deadline splice-connecting
                                << dial raw 192.0.2.80:443
                                >> raw unreachable
                                << close RESET
                                << record splice because rule, unreachable in splice-connecting: connection refused
                                """);
    }

    @Test
    void a_splice_passes_resets_on_and_ends_when_idle() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_SPLICE
                                + """
                                >> relay ended: CLIENT_RESET
                                << close RESET
                                << record splice because rule, client-reset in splicing
                                """);
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_SPLICE
                                + """
                                >> deadline splicing
                                << close GRACEFUL
                                << record splice because rule, timed-out in splicing
                                """);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failuresBeforeOurServerHello")
    void a_failure_splices_where_the_rule_says_so(String name, String way, String reason) {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.decided(Cast.spliceAllFailures()))
                .plays(
                        way
                                + """
                                << abandon upstream
                                << deadline splice-connecting
                                << dial raw 192.0.2.80:443
                                >> raw connected
                                << deadline splicing
                                << splice
                                >> relay ended: COMPLETE
                                << close GRACEFUL
                                << record splice because %s
                                """
                                        .formatted(
                                                reason.replaceFirst(
                                                        ": ", ", complete in splicing: ")));
    }

    @ParameterizedTest
    @EnumSource(HelloFault.class)
    void what_is_no_hello_splices_where_the_rule_says_so(HelloFault fault) {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.decided(Cast.spliceAllFailures()))
                .plays(
                        """
                        << deadline arriving
                        << find destination
                        >> destination found
                        << deadline awaiting-hello
                        << peek hello
                        >> hello %s
                        << deadline deciding
                        << decide without hello: %s
                        >> decided: inspect
                        << abandon upstream
                        << deadline splice-connecting
                        << dial raw 192.0.2.80:443
                        """
                                .formatted(fault.key(), fault));
    }

    @Test
    void a_rule_for_what_is_no_hello_splices() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        """
                        << deadline arriving
                        << find destination
                        >> destination found
                        << deadline awaiting-hello
                        << peek hello
                        >> deadline awaiting-hello
                        << deadline deciding
                        << decide without hello: ABSENT
                        >> decided: splice
                        << abandon upstream
                        << deadline splice-connecting
                        << dial raw 192.0.2.80:443
                        >> raw connected
                        << deadline splicing
                        << splice
                        >> relay ended: COMPLETE
                        << close GRACEFUL
                        << record splice because rule, complete in splicing: nothing was sent
                        """);
    }

    /** Each with the transcript up to the failure, and the reason with its detail. */
    static Stream<Arguments> failuresBeforeOurServerHello() {
        return FailurePlaybookTest.failures();
    }

    private static final String TO_SPLICE =
            InspectPlaybookTest.TO_DECIDE
                    + """
                    >> decided: splice
                    << abandon upstream
                    << deadline splice-connecting
                    << dial raw 192.0.2.80:443
                    >> raw connected
                    << deadline splicing
                    << splice
                    """;
}
