package io.overt.edge.flow;

import io.overt.edge.flow.Known.Ruling;
import io.overt.edge.flow.Listener.Provenance;
import java.util.Optional;

/** How a client is told no: always in the protocol that it is speaking at that moment. */
public sealed interface Refusal {

    /** A fatal TLS alert in the clear, then FIN: the client sent a hello and awaits an answer. */
    record Alert(TlsAlert alert) implements Refusal {}

    /**
     * An answer to a request to the explicit proxy, then FIN.
     *
     * @param status an HTTP status code
     * @param proxyError RFC 9209 §2.3: what went wrong, as a token for programs
     * @param ruling of the rule that says no, if it is one: its name, and its words to the user
     */
    record ConnectAnswer(int status, String proxyError, Optional<Ruling> ruling)
            implements Refusal {}

    /** RST: whatever the client speaks, it is not ours. */
    record Reset() implements Refusal {}

    /** FIN without a word, as the upstream did. */
    record Fin() implements Refusal {}

    /** Before there was a hello: by CONNECT's answer where the client awaits one. */
    static Refusal beforeHello(Listener listener, Reason reason, Optional<Ruling> ruling) {
        return listener.provenance() == Provenance.CONNECT
                ? connectAnswer(reason, ruling)
                : new Reset();
    }

    /**
     * To a request to the explicit proxy that leads nowhere, by RFC 9110 §15.6 and RFC 9209 §2.3.
     */
    static Refusal unreachable(Symptom symptom) {
        return switch (symptom) {
            case Symptom.Plain.SILENCE ->
                    new ConnectAnswer(504, "connection_timeout", Optional.empty());
            case Symptom.Plain.RESET ->
                    new ConnectAnswer(502, "connection_refused", Optional.empty());
            case Symptom.Plain.NO_ROUTE ->
                    new ConnectAnswer(502, "destination_ip_unroutable", Optional.empty());
            case Symptom.Plain.CLOSED ->
                    new ConnectAnswer(502, "connection_terminated", Optional.empty());
            // TCP says nothing in TLS.
            case Symptom.Alerted _ ->
                    new ConnectAnswer(502, "connection_terminated", Optional.empty());
        };
    }

    /**
     * To a client whose hello was read.
     *
     * @param symptom how the upstream failed, if it did; the client meets the same
     */
    static Refusal afterHello(Reason reason, Optional<Symptom> symptom) {
        return symptom.map(each -> like(each, reason)).orElseGet(() -> new Alert(alertFor(reason)));
    }

    private static Refusal like(Symptom symptom, Reason reason) {
        return switch (symptom) {
            // Neither ends a handshake for a cause (RFC 8446 §6.1).
            case Symptom.Alerted(var alert)
                    when alert.equals(TlsAlert.CLOSE_NOTIFY)
                            || alert.equals(TlsAlert.USER_CANCELED) ->
                    new Alert(alertFor(reason));
            case Symptom.Alerted(var alert) -> new Alert(alert);
            // Where nobody answered nobody spoke TLS. A client's own patience may have been longer.
            case Symptom.Plain.RESET, Symptom.Plain.SILENCE, Symptom.Plain.NO_ROUTE -> new Reset();
            case Symptom.Plain.CLOSED -> new Fin();
        };
    }

    /** To a client from which no hello could be read. */
    static Refusal withoutHello(Reason reason) {
        return switch (reason) {
            case HELLO_MALFORMED -> new Alert(TlsAlert.DECODE_ERROR);
            case HELLO_TOO_LARGE -> new Alert(TlsAlert.RECORD_OVERFLOW);
            // The rest spoke no TLS, or nothing at all; RULE and INTERNAL do not know which.
            default -> new Reset();
        };
    }

    /** The one table from reason to alert (RFC 8446 §6.2). */
    private static TlsAlert alertFor(Reason reason) {
        return switch (reason) {
            // "A valid certificate or PSK was received, but when access control was applied, the
            // sender decided not to proceed": browsers show it as access denied.
            case RULE, PINNED, LOOP, LOCAL_DESTINATION -> TlsAlert.ACCESS_DENIED;
            case UNTRUSTED, NOT_MIRRORABLE -> TlsAlert.BAD_CERTIFICATE;
            case CLIENT_CERT,
                    CLIENT_CERT_REQUIRED,
                    HANDSHAKE_FAILED,
                    NOT_OFFERED,
                    WEAKER,
                    POST_QUANTUM_LOST,
                    NO_ECDSA ->
                    TlsAlert.HANDSHAKE_FAILURE;
            case CLIENT_TOO_OLD -> TlsAlert.PROTOCOL_VERSION;
            case HELLO_MALFORMED -> TlsAlert.DECODE_ERROR;
            case HELLO_TOO_LARGE -> TlsAlert.RECORD_OVERFLOW;
            case NOT_TLS,
                    HELLO_TOO_SLOW,
                    HELLO_ABSENT,
                    OVERLOAD,
                    UNREACHABLE,
                    SIGNER_AWAY,
                    FORGE_REFUSED,
                    EMERGENCY,
                    NO_POLICY,
                    TOO_MANY_CONNECTIONS,
                    TOO_MANY_HELLOS,
                    CLIENT_LIMIT,
                    NO_DESTINATION,
                    PEER_NOT_ALLOWED,
                    PROXY_HEADER_MALFORMED,
                    HEALTH_CHECK,
                    CONNECT_MALFORMED,
                    CONNECT_UNSUPPORTED,
                    AUTHENTICATION_REQUIRED,
                    AUTHENTICATION_FAILED,
                    AUTHENTICATION_LIMITED,
                    AUTHENTICATION_OVERLOAD,
                    UNRESOLVED,
                    DRAINING,
                    CLIENT_LEFT,
                    INTERNAL ->
                    TlsAlert.INTERNAL_ERROR;
        };
    }

    /** The one table from reason to HTTP status and RFC 9209 error token. */
    private static Refusal connectAnswer(Reason reason, Optional<Ruling> ruling) {
        return switch (reason) {
            case RULE -> new ConnectAnswer(403, "http_request_denied", ruling);
            case LOCAL_DESTINATION -> new ConnectAnswer(403, "destination_ip_prohibited", ruling);
            case LOOP -> new ConnectAnswer(502, "proxy_loop_detected", ruling);
            case UNRESOLVED -> new ConnectAnswer(502, "dns_error", ruling);
            case CONNECT_MALFORMED -> new ConnectAnswer(400, "http_request_error", ruling);
            case AUTHENTICATION_REQUIRED, AUTHENTICATION_FAILED ->
                    new ConnectAnswer(407, "http_request_denied", ruling);
            // RFC 6585 §4: the client has sent too many requests.
            case CLIENT_LIMIT, AUTHENTICATION_LIMITED ->
                    new ConnectAnswer(429, "http_request_denied", ruling);
            case UNREACHABLE -> new ConnectAnswer(502, "destination_unavailable", ruling);
            case CONNECT_UNSUPPORTED -> new ConnectAnswer(501, "http_request_error", ruling);
            case NO_POLICY,
                    TOO_MANY_CONNECTIONS,
                    TOO_MANY_HELLOS,
                    DRAINING,
                    OVERLOAD,
                    AUTHENTICATION_OVERLOAD ->
                    new ConnectAnswer(503, "proxy_internal_response", ruling);
            case NOT_TLS,
                    HELLO_MALFORMED,
                    HELLO_TOO_LARGE,
                    HELLO_TOO_SLOW,
                    HELLO_ABSENT,
                    NO_ECDSA,
                    CLIENT_TOO_OLD,
                    HANDSHAKE_FAILED,
                    UNTRUSTED,
                    CLIENT_CERT,
                    CLIENT_CERT_REQUIRED,
                    NOT_OFFERED,
                    WEAKER,
                    POST_QUANTUM_LOST,
                    NOT_MIRRORABLE,
                    SIGNER_AWAY,
                    FORGE_REFUSED,
                    PINNED,
                    EMERGENCY,
                    NO_DESTINATION,
                    PEER_NOT_ALLOWED,
                    PROXY_HEADER_MALFORMED,
                    HEALTH_CHECK,
                    CLIENT_LEFT,
                    INTERNAL ->
                    new ConnectAnswer(500, "proxy_internal_error", ruling);
        };
    }
}
