package io.overt.policy;

import java.util.List;

/**
 * Why a connection that a rule wants inspected cannot be: the keys of a rule's {@code on}, each
 * with what it may be answered with.
 */
public enum Failure {
    /** The upstream's chain does not verify for the server name. */
    UNTRUSTED(
            "untrusted",
            FailureAction.BLOCK,
            "the server's certificate is not valid for the server name, or is one that cannot be mirrored"),
    /**
     * The upstream's chain verifies, and its leaf is one that the recipe does not mirror. Has no
     * key of its own: it counts as {@link #UNTRUSTED}, and where that says {@code mirror-untrusted}
     * it is {@code block}, since no certificate can be made at all.
     */
    NOT_MIRRORABLE(
            "untrusted",
            FailureAction.BLOCK,
            "the server's certificate is not valid for the server name, or is one that cannot be mirrored"),
    /**
     * The upstream asks for a client certificate, which we do not have. Whether it insists shows
     * only when it is given none.
     */
    CLIENT_CERT("client-cert", FailureAction.BLOCK, "the server asks the client for a certificate"),
    /**
     * It was given none, as {@link #CLIENT_CERT} said, and does not go on without. In TLS 1.3 that
     * may show when it is too late to splice this connection; it is learned for the next.
     */
    CLIENT_CERT_REQUIRED(
            "client-cert-required",
            FailureAction.BLOCK,
            "with `client-cert: inspect`: the server does not go on without one"),
    /** The upstream agreed with us on something that the client had not offered. */
    NOT_OFFERED(
            "not-offered",
            FailureAction.BLOCK,
            "the server agreed with the edge on something that the client had not offered"),
    /**
     * The client would be shown a stronger connection than the upstream has: a later version of
     * TLS, a better cipher suite. Servers that are behind are too many to be blocked unasked; the
     * record says it in any case.
     */
    WEAKER(
            "weaker",
            FailureAction.INSPECT,
            "the client would be shown a stronger connection than the server has"),
    /** The client offered X25519MLKEM768, so did we, and the upstream has no such thing. */
    POST_QUANTUM_LOST(
            "post-quantum-lost",
            FailureAction.INSPECT,
            "the client offered X25519MLKEM768, and the server would not"),
    /** No TCP connection to the upstream. */
    UNREACHABLE("unreachable", FailureAction.BLOCK, "the server does not answer"),
    /** The TLS handshake with the upstream failed for another reason than its chain. */
    HANDSHAKE_FAILED(
            "handshake-failed",
            FailureAction.BLOCK,
            "the TLS handshake with the server fails for another reason"),
    /** No certificate could be had in time: no signer answers, or it refused. */
    SIGNER_AWAY("signer-away", FailureAction.BLOCK, "no signer gives a certificate in time"),
    /** The edge has reached a limit of its own. */
    OVERLOAD("overload", FailureAction.BLOCK, "the edge has reached a limit of its own"),
    /** See {@link HelloFault#NOT_TLS}. */
    NOT_TLS("not-tls", FailureAction.BLOCK, "the client does not speak TLS"),
    /** See {@link HelloFault#MALFORMED}. */
    HELLO_MALFORMED(
            "hello-malformed",
            FailureAction.BLOCK,
            "the client speaks TLS, and its hello cannot be read"),
    /** See {@link HelloFault#TOO_LARGE}. */
    HELLO_TOO_LARGE(
            "hello-too-large",
            FailureAction.BLOCK,
            "the client's hello is larger than the listener allows"),
    /** See {@link HelloFault#TOO_SLOW}. */
    HELLO_TOO_SLOW(
            "hello-too-slow", FailureAction.BLOCK, "the client's hello is not complete in time"),
    /** See {@link HelloFault#ABSENT}. */
    HELLO_ABSENT("hello-absent", FailureAction.BLOCK, "the client says nothing"),
    /**
     * The client's hello leaves no room for an ECDSA P-256 certificate, the only kind of leaf key
     * there is. The one failure whose default is {@code splice}.
     */
    NO_ECDSA(
            "no-ecdsa",
            FailureAction.SPLICE,
            "the client cannot use an ECDSA P-256 certificate, the only kind that is forged"),
    /**
     * The client refused our certificate. That connection is lost whatever the rule says; {@link
     * Outcomes#pinned} says when later ones are treated otherwise.
     */
    CLIENT_REFUSED("pinned", FailureAction.BLOCK, "clients refuse our certificate for a host");

    private final String key;
    private final FailureAction unstated;
    private final String meaning;

    Failure(String key, FailureAction unstated, String meaning) {
        this.key = key;
        this.unstated = unstated;
        this.meaning = meaning;
    }

    /** Its key in a rule's {@code on}. */
    public String key() {
        return key;
    }

    /** What happens where the rule does not say. */
    public FailureAction unstated() {
        return unstated;
    }

    /** When it happens, as a phrase for people who write policies. */
    String meaning() {
        return meaning;
    }

    /** What a rule may say. */
    public List<FailureAction> allowed() {
        return switch (this) {
            case UNTRUSTED ->
                    List.of(
                            FailureAction.SPLICE,
                            FailureAction.BLOCK,
                            FailureAction.MIRROR_UNTRUSTED);
            case CLIENT_CERT, NOT_OFFERED, WEAKER, POST_QUANTUM_LOST ->
                    List.of(FailureAction.SPLICE, FailureAction.BLOCK, FailureAction.INSPECT);
            case NOT_MIRRORABLE,
                    CLIENT_CERT_REQUIRED,
                    UNREACHABLE,
                    HANDSHAKE_FAILED,
                    SIGNER_AWAY,
                    OVERLOAD,
                    NOT_TLS,
                    HELLO_MALFORMED,
                    HELLO_TOO_LARGE,
                    HELLO_TOO_SLOW,
                    HELLO_ABSENT,
                    NO_ECDSA,
                    CLIENT_REFUSED ->
                    List.of(FailureAction.SPLICE, FailureAction.BLOCK);
        };
    }
}
