package io.overt.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.flow.Listener.Provenance;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients show about our certificate, and what becomes of connections that are excluded. */
class ExclusionPlaybookTest {
    private static final String TO_DECISION =
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
    private static final String TO_PROOF =
            """
            << deadline connecting
            << connect 192.0.2.80:443
            >> upstream connected
            << deadline upstream-handshake
            << handshake upstream www.example.test [h2, http/1.1]
            >> upstream handshaken
            << deadline verifying
            << verify www.example.test
            """;
    private static final String TO_HANDSHAKE =
            TO_DECISION
                    + ">> decided: inspect\n"
                    + TO_PROOF
                    + """
                    >> upstream verified
                    << deadline forging
                    << forge www.example.test
                    >> leaf forged
                    << deadline client-handshake
                    << handshake client h2
                    """;
    private static final String TO_RELAY =
            TO_HANDSHAKE
                    + """
                    >> client handshaken
                    << deadline relaying
                    << relay OPAQUE
                    """;

    @Test
    void an_excluded_connection_is_spliced_when_the_upstream_has_proven_who_it_is() {
        play(
                TO_DECISION
                        + ">> decided: inspect, excluded and spliced\n"
                        + TO_PROOF
                        + """
                        >> upstream verified
                        << abandon upstream
                        << deadline splice-connecting
                        << dial raw 192.0.2.80:443
                        >> raw connected
                        << deadline splicing
                        << splice
                        >> relay ended: COMPLETE
                        << close GRACEFUL
                        << record splice because pinned, complete in splicing: learned for this client after 3 refusals, the strongest by alert
                        """);
    }

    @Test
    void the_name_of_an_excluded_host_is_no_way_to_another_one() {
        play(
                TO_DECISION
                        + ">> decided: inspect, excluded and spliced\n"
                        + TO_PROOF
                        + """
                        >> upstream untrusted
                        << abandon upstream
                        << deadline blocking
                        << refuse: alert bad_certificate
                        >> refusal sent
                        << close GRACEFUL
                        << record block because untrusted, complete in blocking: EXPIRED: yesterday; NAME_MISMATCH: other.test
                        """);
    }

    @Test
    void an_excluded_connection_is_blocked_at_once_where_the_rule_says_so() {
        play(
                TO_DECISION
                        + """
                        >> decided: inspect, excluded and blocked
                        << abandon upstream
                        << deadline blocking
                        << refuse: alert access_denied
                        >> refusal sent
                        << close GRACEFUL
                        << record block because pinned, complete in blocking: learned for this client after 3 refusals, the strongest by alert
                        """);
    }

    @Test
    void a_certificate_alert_in_the_handshake_is_a_refusal() {
        play(
                TO_HANDSHAKE
                        + """
                        >> leaf refused
                        << testify alert
                        << close GRACEFUL
                        << record inspect because rule, client-refused-leaf in client-handshake: client sent unknown_ca
                        """);
    }

    @Test
    void a_certificate_alert_right_behind_finished_is_one_too() {
        play(
                TO_RELAY
                        + """
                        >> leaf refused
                        << testify late-alert
                        << close GRACEFUL
                        << record inspect because rule, client-refused-leaf in relaying: client sent unknown_ca [OPAQUE]
                        """);
    }

    @Test
    void an_alert_that_can_mean_something_else_is_an_unclear_one() {
        play(
                TO_HANDSHAKE
                        + """
                        >> client sent handshake_failure
                        << testify unclear-alert
                        << close GRACEFUL
                        << record inspect because rule, client-handshake-failed in client-handshake: client sent handshake_failure
                        """);
    }

    @Test
    void a_client_that_closes_in_its_handshake_may_have_refused() {
        play(
                TO_HANDSHAKE
                        + """
                        >> client left
                        << testify handshake-close
                        << close GRACEFUL
                        << record inspect because rule, client-left in client-handshake: client closed in its handshake
                        """);
    }

    @ParameterizedTest
    @CsvSource({
        "CLIENT_HUNG_UP, silent-close, GRACEFUL, client-said-nothing",
        "CLIENT_RESET_AT_ONCE, silent-reset, RESET, client-reset"
    })
    void a_client_that_goes_right_behind_its_handshake_may_have_refused(
            String end, String kind, String close, String ending) {
        play(
                TO_RELAY
                        + ">> relay ended: %s\n<< testify %s\n<< close %s\n<< record inspect because rule, %s in relaying [OPAQUE]\n"
                                .formatted(end, kind, close, ending));
    }

    @ParameterizedTest
    @CsvSource({
        "COMPLETE, GRACEFUL, complete",
        "CLIENT_SAID_NOTHING, GRACEFUL, client-said-nothing",
        "CLIENT_RESET, RESET, client-reset",
        "UPSTREAM_RESET, RESET, upstream-reset"
    })
    void other_ends_of_a_relay_show_nothing(String end, String close, String ending) {
        play(
                TO_RELAY
                        + ">> relay ended: %s\n<< close %s\n<< record inspect because rule, %s in relaying [OPAQUE]\n"
                                .formatted(end, close, ending));
    }

    @ParameterizedTest
    @CsvSource({
        "client sent user_canceled, client-handshake-failed: client sent user_canceled",
        "client handshake failed, client-handshake-failed: no common group",
        "deadline client-handshake, timed-out: client's handshake was not done in time",
        "drain ended, drained: the edge stopped",
        "shell failed, internal: bug"
    })
    void other_ends_of_a_handshake_show_nothing(String event, String ending) {
        play(
                TO_HANDSHAKE
                        + ">> %s\n<< close GRACEFUL\n<< record inspect because rule, %s\n"
                                .formatted(
                                        event, ending.replaceFirst(":", " in client-handshake:")));
    }

    @Test
    void a_client_that_speaks_has_taken_the_certificate() {
        play(TO_RELAY + ">> client spoke\n<< testify accepted\n");
    }

    /** The table of docs/exclusions.md. */
    @ParameterizedTest
    @CsvSource({
        "bad_certificate, REFUSED",
        "unsupported_certificate, REFUSED",
        "certificate_revoked, REFUSED",
        "certificate_expired, REFUSED",
        "certificate_unknown, REFUSED",
        "unknown_ca, REFUSED",
        "access_denied, REFUSED",
        "bad_certificate_status_response, REFUSED",
        "handshake_failure, UNCLEAR",
        "decrypt_error, UNCLEAR"
    })
    void alerts_say_this_about_a_certificate(String alert, TlsAlert.OnCertificate what) {
        assertThat(alerts().filter(each -> each.text().equals(alert)))
                .singleElement()
                .extracting(TlsAlert::onCertificate)
                .isEqualTo(what);
    }

    @Test
    void and_all_others_say_nothing() {
        assertThat(alerts().filter(each -> each.onCertificate() != TlsAlert.OnCertificate.NOTHING))
                .hasSize(10);
    }

    private static java.util.stream.Stream<TlsAlert> alerts() {
        return IntStream.rangeClosed(0, 255).mapToObj(TlsAlert::new);
    }

    private static void play(String transcript) {
        Playbook.on(Provenance.DIVERT).plays(transcript);
    }
}
