package io.overt.edge.flow;

import static io.overt.edge.flow.InspectPlaybookTest.TO_DECIDE;
import static io.overt.edge.flow.InspectPlaybookTest.TO_FORGE;
import static io.overt.edge.flow.InspectPlaybookTest.TO_UPSTREAM_HANDSHAKE;
import static io.overt.edge.flow.InspectPlaybookTest.TO_VERIFY;

import io.overt.edge.flow.Listener.Provenance;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way to fail, answered by the matched rule: here it says nothing, which is block. */
class FailurePlaybookTest {

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void a_failure_blocks_where_the_rule_says_nothing(String name, String way, String reason) {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        way
                                + """
                                << abandon upstream
                                << deadline blocking
                                << refuse: %s
                                >> refusal sent
                                << close GRACEFUL
                                << record block because %s
                                """
                                        .formatted(
                                                REFUSALS.getOrDefault(name, "alert internal_error"),
                                                reason.replaceFirst(
                                                        ": ", ", complete in blocking: ")));
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                failure(
                        "unreachable",
                        CONNECTING,
                        "upstream unreachable",
                        "unreachable: connection refused"),
                failure("lost while connecting", CONNECTING, "upstream lost", "unreachable: reset"),
                failure(
                        "connect deadline",
                        CONNECTING,
                        "deadline connecting",
                        "unreachable: no connection in time"),
                failure(
                        "handshake",
                        TO_UPSTREAM_HANDSHAKE,
                        "upstream handshake failed",
                        "handshake-failed: unknown group"),
                failure(
                        "closed",
                        TO_UPSTREAM_HANDSHAKE,
                        "upstream closed",
                        "handshake-failed: eof"),
                failure(
                        "reset",
                        TO_UPSTREAM_HANDSHAKE,
                        "upstream reset",
                        "handshake-failed: reset"),
                failure(
                        "any alert",
                        TO_UPSTREAM_HANDSHAKE,
                        "upstream decrypt error",
                        "handshake-failed: alert"),
                failure(
                        "alpn",
                        TO_UPSTREAM_HANDSHAKE,
                        "upstream no alpn",
                        "handshake-failed: alert"),
                failure(
                        "handshake deadline",
                        TO_UPSTREAM_HANDSHAKE,
                        "deadline upstream-handshake",
                        "handshake-failed: not done in time"),
                failure(
                        "lost in handshake",
                        TO_UPSTREAM_HANDSHAKE,
                        "upstream lost",
                        "handshake-failed: reset"),
                failure(
                        "unreadable chain",
                        TO_UPSTREAM_HANDSHAKE,
                        "upstream untrusted",
                        "untrusted: EXPIRED: yesterday; NAME_MISMATCH: other.test"),
                failure(
                        "untrusted",
                        TO_VERIFY,
                        "upstream untrusted",
                        "untrusted: EXPIRED: yesterday; NAME_MISMATCH: other.test"),
                failure(
                        "verifier full",
                        TO_VERIFY,
                        "verifier full",
                        "overload: 64 chains are waiting"),
                failure(
                        "verify deadline",
                        TO_VERIFY,
                        "deadline verifying",
                        "untrusted: not verified in time"),
                failure(
                        "lost while verifying",
                        TO_VERIFY,
                        "upstream lost",
                        "handshake-failed: reset"),
                failure("not mirrorable", TO_FORGE, "not mirrorable", "not-mirrorable: CA:TRUE"),
                failure("signer away", TO_FORGE, "signer away", "signer-away: no signer"),
                failure(
                        "forge refused",
                        TO_FORGE,
                        "forge refused",
                        "forge-refused: NAME_NEVER_FORGED: bank"),
                failure(
                        "forge deadline",
                        TO_FORGE,
                        "deadline forging",
                        "signer-away: no leaf in time"),
                failure(
                        "lost while forging",
                        TO_FORGE,
                        "upstream lost",
                        "handshake-failed: reset"));
    }

    private static Arguments failure(String name, String way, String event, String reason) {
        return Arguments.of(name, way + ">> " + event + "\n", reason);
    }

    @Test
    void a_full_edge_begins_no_inspection() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_DECIDE
                                + """
                                >> decided: inspect, no room
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert internal_error
                                >> refusal sent
                                << close GRACEFUL
                                << record block because overload, complete in blocking: as many connections are inspected as may be
                                """);
    }

    /** checklist 51 */
    @Test
    void an_untrusted_upstream_is_mirrored_as_such_and_inspected_if_the_user_goes_on() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, untrusted mirrors"))
                .plays(
                        TO_VERIFY
                                + """
                                >> upstream untrusted
                                << deadline forging
                                << forge untrusted www.example.test
                                >> leaf forged
                                << deadline client-handshake
                                << handshake client h2
                                >> client handshaken
                                << deadline relaying
                                << relay OPAQUE
                                >> relay ended: COMPLETE
                                << close GRACEFUL
                                << record inspect because untrusted, complete in relaying: EXPIRED: yesterday; NAME_MISMATCH: other.test [OPAQUE]
                                """);
    }

    @Test
    void a_client_that_minds_an_untrusted_leaf_is_recorded_with_what_was_wrong() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, untrusted mirrors"))
                .plays(
                        TO_VERIFY
                                + """
                                >> upstream untrusted
                                << deadline forging
                                << forge untrusted www.example.test
                                >> leaf forged
                                << deadline client-handshake
                                << handshake client h2
                                >> leaf refused
                                << close GRACEFUL
                                << record inspect because untrusted, client-refused-leaf in client-handshake: EXPIRED: yesterday; NAME_MISMATCH: other.test; client sent unknown_ca
                                """);
    }

    @Test
    void what_no_leaf_can_show_is_blocked_where_it_was_to_be_mirrored() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, untrusted mirrors"))
                .plays(
                        TO_VERIFY
                                + """
                                >> upstream revoked
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert bad_certificate
                                >> refusal sent
                                << close GRACEFUL
                                << record block because untrusted, complete in blocking: REVOKED: yesterday
                                """);
    }

    @Test
    void without_a_signer_an_untrusted_upstream_has_the_outcome_of_signer_away() {
        Playbook.on(Provenance.DIVERT)
                .where("decided: inspect", Cast.named("decided: inspect, untrusted mirrors"))
                .plays(
                        TO_VERIFY
                                + """
                                >> upstream untrusted
                                << deadline forging
                                << forge untrusted www.example.test
                                >> signer away
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert internal_error
                                >> refusal sent
                                << close GRACEFUL
                                << record block because signer-away, complete in blocking: no signer
                                """);
    }

    @Test
    void a_blocked_host_gets_an_alert() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_DECIDE
                                + """
                                >> decided: block
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert access_denied
                                >> refusal sent
                                << close GRACEFUL
                                << record block because rule, complete in blocking
                                """);
    }

    @Test
    void without_a_policy_nothing_passes() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_DECIDE
                                + """
                                >> policy missing
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert internal_error
                                >> refusal sent
                                << close GRACEFUL
                                << record block because no-policy, complete in blocking
                                """);
    }

    @ParameterizedTest
    @CsvSource({
        "not-tls, NOT_TLS, reset, not-tls, as seen",
        "malformed, MALFORMED, alert decode_error, hello-malformed, as seen",
        "too-large, TOO_LARGE, alert record_overflow, hello-too-large, as seen",
        "too-slow, TOO_SLOW, reset, hello-too-slow, as seen",
        "absent, ABSENT, reset, hello-absent, as seen",
    })
    void what_is_no_hello_never_becomes_a_connection_without_a_name(
            String key, String fault, String refusal, String reason, String detail) {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        """
                        << deadline arriving
                        << find destination
                        >> destination found
                        << deadline awaiting-hello
                        << peek hello
                        >> hello begun
                        << deadline peeking
                        >> hello %s
                        << deadline deciding
                        << decide without hello: %s
                        >> decided: inspect
                        << abandon upstream
                        << deadline blocking
                        << refuse: %s
                        >> refusal sent
                        << close GRACEFUL
                        << record block because %s, complete in blocking: %s
                        """
                                .formatted(key, fault, refusal, reason, detail));
    }

    @Test
    void a_hello_that_begins_and_does_not_end_is_too_slow() {
        Playbook.on(Provenance.REDIRECT)
                .plays(
                        """
                        << deadline arriving
                        << find destination
                        >> destination found
                        << deadline awaiting-hello
                        << peek hello
                        >> hello begun
                        << deadline peeking
                        >> deadline awaiting-hello
                        >> deadline peeking
                        << deadline deciding
                        << decide without hello: TOO_SLOW
                        """);
    }

    @ParameterizedTest
    @CsvSource({
        "destination unknown, no-destination, ENOENT",
        "loop found, loop, 192.0.2.1:8443 is ours",
        "too many, too-many-connections, 10000 connections",
        "too many hellos, too-many-hellos, 4096 hellos",
        "too many of the client, client-limit, 500 of the client",
        "deadline arriving, no-destination, not in time",
    })
    void a_diverted_connection_that_leads_nowhere_is_reset(
            String event, String reason, String detail) {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        """
                        << deadline arriving
                        << find destination
                        >> %s
                        << abandon upstream
                        << deadline blocking
                        << refuse: reset
                        >> refusal sent
                        << close GRACEFUL
                        << record block because %s, complete in blocking: %s
                        """
                                .formatted(event, reason, detail));
    }

    @ParameterizedTest
    @CsvSource({
        "connect malformed, 400 http_request_error, connect-malformed, no authority",
        "connect too large, 400 http_request_error, connect-malformed, over 16 KiB",
        "deadline connect-head, 400 http_request_error, connect-malformed, not in time",
        "plain get, 501 http_request_error, connect-unsupported, GET",
        "loop found, 502 proxy_loop_detected, loop, 192.0.2.1:8443 is ours",
        "too many, 503 proxy_internal_response, too-many-connections, 10000 connections",
        "too many hellos, 503 proxy_internal_response, too-many-hellos, 4096 hellos",
        "too many of the client, 429 http_request_denied, client-limit, 500 of the client",
    })
    void a_request_that_is_no_connect_is_answered_in_words(
            String event, String answer, String reason, String detail) {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        """
                        << deadline connect-head
                        << read connect head
                        >> %s
                        << abandon upstream
                        << deadline blocking
                        << refuse: %s
                        >> refusal sent
                        << close GRACEFUL
                        << record block because %s, complete in blocking: %s
                        """
                                .formatted(event, answer, reason, detail));
    }

    @ParameterizedTest
    @CsvSource({
        "unresolvable, 502 dns_error, unresolved, NXDOMAIN",
        "deadline resolving, 502 dns_error, unresolved, not in time",
        "loop found, 502 proxy_loop_detected, loop, 192.0.2.1:8443 is ours",
        "local asked, 403 destination_ip_prohibited, local-destination, 0.0.0.0/0.0.0.0:22 is local"
                + " to this edge",
    })
    void a_connect_to_nowhere_is_answered_in_words(
            String event, String answer, String reason, String detail) {
        Playbook.on(Provenance.CONNECT)
                .plays(
                        """
                        << deadline connect-head
                        << read connect head
                        >> connect asked
                        << deadline resolving
                        << resolve www.example.test:443
                        >> %s
                        << abandon upstream
                        << deadline blocking
                        << refuse: %s
                        >> refusal sent
                        << close GRACEFUL
                        << record block because %s, complete in blocking: %s
                        """
                                .formatted(event, answer, reason, detail));
    }

    @ParameterizedTest
    @CsvSource({
        "screened: block, 403 http_request_denied \"Not here\", rule",
        "policy missing, 503 proxy_internal_response, no-policy",
    })
    void a_connect_that_is_blocked_whatever_its_hello_says_hears_why(
            String event, String answer, String reason) {
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
                        >> %s
                        << abandon upstream
                        << deadline blocking
                        << refuse: %s
                        >> refusal sent
                        << close GRACEFUL
                        << record block because %s, complete in blocking
                        """
                                .formatted(event, answer, reason));
    }

    @ParameterizedTest
    @ValueSource(strings = {"upstream-handshake", "verifying", "forging"})
    void a_client_that_leaves_before_it_got_anything_is_no_failure(String stage) {
        var way =
                switch (stage) {
                    case "upstream-handshake" -> TO_UPSTREAM_HANDSHAKE;
                    case "verifying" -> TO_VERIFY;
                    default -> TO_FORGE;
                };
        Playbook.on(Provenance.DIVERT)
                .plays(
                        way
                                + """
                                >> client left
                                << close GRACEFUL
                                << record abandon because client-left, client-left in %s
                                """
                                        .formatted(stage));
    }

    @Test
    void a_drain_and_a_bug_end_a_connection_that_has_nothing_yet() {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_FORGE
                                + """
                                >> drain ended
                                << close RESET
                                << record block because draining, drained in forging
                                """);
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_FORGE
                                + """
                                >> shell failed
                                << close RESET
                                << record block because internal, internal in forging: bug
                                """);
    }

    @ParameterizedTest
    @CsvSource({
        "client left, GRACEFUL, client-left",
        "deadline blocking, RESET, timed-out",
        "drain ended, RESET, drained",
    })
    void a_no_stays_a_no(String event, String close, String ending) {
        Playbook.on(Provenance.DIVERT)
                .plays(
                        TO_DECIDE
                                + """
                                >> decided: block
                                << abandon upstream
                                << deadline blocking
                                << refuse: alert access_denied
                                >> hello read
                                >> decided: splice
                                >> upstream connected
                                >> %s
                                << close %s
                                << record block because rule, %s in blocking
                                """
                                        .formatted(event, close, ending));
    }

    @Test
    void a_client_without_ecdsa_is_spliced_unless_the_rule_says_otherwise() {
        Playbook.on(Provenance.DIVERT)
                .where(
                        "hello read",
                        new Event.HelloRead(
                                Cast.hello(
                                        Optional.of("www.example.test"),
                                        List.of(),
                                        List.of(0x0304),
                                        List.of(0x001d),
                                        List.of(0x0804))))
                .plays(
                        TO_DECIDE
                                + """
                                >> decided: inspect
                                << abandon upstream
                                << deadline splice-connecting
                                << dial raw 192.0.2.80:443
                                >> raw connected
                                << deadline splicing
                                << splice
                                >> relay ended: COMPLETE
                                << close GRACEFUL
                                << record splice because no-ecdsa, complete in splicing: signature algorithms lack 0x0403, ecdsa_secp256r1_sha256
                                """);
    }

    private static final String CONNECTING =
            TO_DECIDE
                    + """
                    >> decided: inspect
                    << deadline connecting
                    << connect 192.0.2.80:443
                    """;

    /** By the failure's name above; what is not here is the alert internal_error. */
    private static final Map<String, String> REFUSALS =
            Map.ofEntries(
                    Map.entry("unreachable", "reset"),
                    Map.entry("lost while connecting", "reset"),
                    Map.entry("connect deadline", "reset"),
                    Map.entry("handshake", "alert handshake_failure"),
                    Map.entry("closed", "fin"),
                    Map.entry("reset", "reset"),
                    Map.entry("any alert", "alert decrypt_error"),
                    Map.entry("alpn", "alert no_application_protocol"),
                    Map.entry("handshake deadline", "reset"),
                    Map.entry("lost in handshake", "reset"),
                    Map.entry("unreadable chain", "alert bad_certificate"),
                    Map.entry("untrusted", "alert bad_certificate"),
                    Map.entry("verify deadline", "alert bad_certificate"),
                    Map.entry("lost while verifying", "reset"),
                    Map.entry("not mirrorable", "alert bad_certificate"),
                    Map.entry("lost while forging", "reset"));
}
