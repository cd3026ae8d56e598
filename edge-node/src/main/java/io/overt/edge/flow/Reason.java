package io.overt.edge.flow;

import io.overt.policy.Failure;
import io.overt.policy.HelloFault;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Why a connection had its outcome. The vocabulary is closed: metrics exist at zero for every value
 * with every {@link #outcomes() outcome} it can lead to, and {@code docs/records.md} lists them.
 */
public enum Reason {
    /** The matching rule said so. */
    RULE,

    /** The first bytes were no TLS handshake. */
    NOT_TLS(Failure.NOT_TLS),
    /** The hello broke a rule of its RFC. */
    HELLO_MALFORMED(Failure.HELLO_MALFORMED),
    /** The hello was larger than the limit. */
    HELLO_TOO_LARGE(Failure.HELLO_TOO_LARGE),
    /** The hello began and was not whole at the deadline. */
    HELLO_TOO_SLOW(Failure.HELLO_TOO_SLOW),
    /** Nothing came from the client before the deadline. */
    HELLO_ABSENT(Failure.HELLO_ABSENT),
    /** The hello leaves no room for an ECDSA P-256 leaf or for a group that we have. */
    NO_ECDSA(Failure.NO_ECDSA),
    /** The client offers no TLS version that we speak: 1.2 and 1.3. */
    CLIENT_TOO_OLD(Failure.NO_ECDSA),
    /** As many connections are inspected as the configuration allows. */
    OVERLOAD(Failure.OVERLOAD),
    /** No TCP connection to the upstream, or not in time. */
    UNREACHABLE(Failure.UNREACHABLE),
    /** TLS with the upstream failed, or was not done in time. */
    HANDSHAKE_FAILED(Failure.HANDSHAKE_FAILED),
    /** The upstream's chain did not verify. */
    UNTRUSTED(Failure.UNTRUSTED),
    /** The upstream asked for a client certificate. */
    CLIENT_CERT(Failure.CLIENT_CERT),
    /** It asked, the rule said to go on without, and it did not. */
    CLIENT_CERT_REQUIRED(Failure.CLIENT_CERT_REQUIRED),
    /** The upstream agreed on something that the client had not offered. */
    NOT_OFFERED(Failure.NOT_OFFERED),
    /** The client would have been shown a stronger connection than the upstream has. */
    WEAKER(Failure.WEAKER),
    /** The client offered a post-quantum key exchange, and the upstream has none. */
    POST_QUANTUM_LOST(Failure.POST_QUANTUM_LOST),
    /** The upstream's leaf is one that the recipe does not mirror. */
    NOT_MIRRORABLE(Failure.NOT_MIRRORABLE),
    /** No leaf could be had in time. */
    SIGNER_AWAY(Failure.SIGNER_AWAY),
    /** A signer looked at the request and refused it. */
    FORGE_REFUSED(Failure.SIGNER_AWAY),
    /** Clients do not take our certificate for this host: a learned or confirmed exclusion. */
    PINNED(Failure.CLIENT_REFUSED),

    /** A rule would have inspected it, and an emergency order said that nothing is inspected. */
    EMERGENCY,
    /** There was no policy to ask. Without one nothing is inspected, spliced or let through. */
    NO_POLICY,
    /** As many connections are open as the configuration allows; this one was not even read. */
    TOO_MANY_CONNECTIONS,
    /** As many connections are awaiting their hello as the configuration allows. */
    TOO_MANY_HELLOS,
    /** This client holds as many connections as one may, or its share while few are free. */
    CLIENT_LIMIT,
    /** The destination is this edge itself, or a request came back that it had sent. */
    LOOP,
    /** A PROXY header from an address that may not send one. */
    PEER_NOT_ALLOWED,
    /** The load balancer's header is not version 2, damaged, too large, or too slow. */
    PROXY_HEADER_MALFORMED,
    /** The kernel does not know where the client meant to go. */
    NO_DESTINATION,
    /** An explicit proxy's client asked for an address that is local to the edge. */
    LOCAL_DESTINATION,
    /** The head of the request is not HTTP/1.x, too large, or did not come in time. */
    CONNECT_MALFORMED,
    /** A well-formed request to the explicit proxy that is neither CONNECT nor for an http URL. */
    CONNECT_UNSUPPORTED,
    /** The client did not say who it is. */
    AUTHENTICATION_REQUIRED,
    /** No such user, or another password. */
    AUTHENTICATION_FAILED,
    /** Too many wrong passwords from the same client. */
    AUTHENTICATION_LIMITED,
    /** As many passwords are being verified as may be, or one was not in time. */
    AUTHENTICATION_OVERLOAD,
    /** The name in CONNECT has no address. */
    UNRESOLVED,
    /** The edge is stopping. */
    DRAINING,
    /** The client went away first. */
    CLIENT_LEFT,
    /** The load balancer in front looked whether we are there. */
    HEALTH_CHECK,
    /** A defect of ours; the log has the particulars under the connection's id. */
    INTERNAL;

    private final Optional<Failure> failure;

    Reason() {
        this.failure = Optional.empty();
    }

    Reason(Failure failure) {
        this.failure = Optional.of(failure);
    }

    /** The name in records and metrics. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The outcomes that it can lead to. */
    public Set<Outcome> outcomes() {
        if (this == RULE) {
            return Set.of(Outcome.INSPECT, Outcome.SPLICE, Outcome.BLOCK);
        }
        if (this == CLIENT_LEFT || this == HEALTH_CHECK) {
            return Set.of(Outcome.ABANDON);
        }
        if (this == EMERGENCY) {
            return Set.of(Outcome.SPLICE);
        }
        if (this == UNTRUSTED) {
            return Set.of(Outcome.INSPECT, Outcome.SPLICE, Outcome.BLOCK);
        }
        return failure.isPresent() ? Set.of(Outcome.SPLICE, Outcome.BLOCK) : Set.of(Outcome.BLOCK);
    }

    /** What a rule's {@code on} calls it; empty where no rule is asked. */
    public Optional<Failure> failure() {
        return failure;
    }

    static Reason of(Event.NotAdmitted.Full full) {
        return switch (full) {
            case CONNECTIONS -> TOO_MANY_CONNECTIONS;
            case HELLOS -> TOO_MANY_HELLOS;
            case CLIENT -> CLIENT_LIMIT;
        };
    }

    static Reason of(HelloFault fault) {
        return switch (fault) {
            case NOT_TLS -> NOT_TLS;
            case MALFORMED -> HELLO_MALFORMED;
            case TOO_LARGE -> HELLO_TOO_LARGE;
            case TOO_SLOW -> HELLO_TOO_SLOW;
            case ABSENT -> HELLO_ABSENT;
        };
    }
}
