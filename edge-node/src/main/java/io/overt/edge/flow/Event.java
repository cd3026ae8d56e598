package io.overt.edge.flow;

import io.overt.edge.flow.Known.Leaf;
import io.overt.edge.flow.Known.Ruling;
import io.overt.edge.flow.Known.TlsSession;
import io.overt.edge.flow.Known.UpstreamSession;
import io.overt.edge.flow.OriginalDestination.ConnectTarget;
import io.overt.edge.hello.ClientHello;
import io.overt.policy.HelloFault;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.VerifiedUpstream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** What can happen to a connection. An event that comes late or twice changes nothing. */
public sealed interface Event {

    /** The kernel's or the CONNECT request's word on where the client meant to go. */
    sealed interface Arrival extends Event {}

    /** What the policy says. */
    sealed interface Judgement extends Event {}

    /** The client's first bytes, and what became of its handshake with us. */
    sealed interface FromClient extends Event {}

    /** The connection to the upstream and what is proven about it. */
    sealed interface FromUpstream extends Event {}

    /** What became of the wish for a leaf. */
    sealed interface FromForge extends Event {}

    /** What ends a connection from any state. */
    sealed interface Interruption extends Event {}

    // Arrival

    /** The kernel knows. */
    record DestinationFound(OriginalDestination destination) implements Arrival {}

    /** The kernel does not know. */
    record DestinationUnknown(String detail) implements Arrival {}

    /** The destination is ourselves, or a request that we sent came back. */
    record LoopFound(String detail) implements Arrival {}

    /** An explicit proxy's client asked for what is local to the edge. */
    record LocalDestinationAsked(InetSocketAddress address) implements Arrival {}

    /** There is no place for this connection. */
    record NotAdmitted(Full what, String detail) implements Arrival {

        /** What there is no more of. */
        public enum Full {
            /** Places for connections. */
            CONNECTIONS,
            /** Places for connections whose hello is awaited. */
            HELLOS,
            /** Places for this client: as many as one may hold, or its share while few are free. */
            CLIENT
        }
    }

    /**
     * The load balancer in front said whose connection it is.
     *
     * @param client whose
     * @param destination where it was going
     */
    record ProxyHeaderRead(InetSocketAddress client, InetSocketAddress destination)
            implements Arrival {}

    /** It said nothing that we take, or may not say anything. */
    record ProxyHeaderRefused(ProxyHeaderFault fault, String detail) implements Arrival {}

    /** The load balancer only looked whether we are there. */
    record HealthChecked() implements Arrival {}

    /** Why a load balancer's word was not taken. */
    enum ProxyHeaderFault {
        /** It comes from an address that may not say whose connection it is. */
        PEER_NOT_ALLOWED,
        /** Not version 2, larger than the limit, or not about a TCP connection. */
        MALFORMED
    }

    /** The head of a CONNECT request was read. */
    record ConnectAsked(ConnectTarget target) implements Arrival {}

    /** The head of a plain request was read. It is not consumed. */
    record PlainAsked(ConnectTarget target) implements Arrival {}

    /** The user is who they say they are. */
    record Authenticated(String user) implements Arrival {}

    /** They are not, or did not say. */
    record NotAuthenticated(AuthenticationFault fault, String detail) implements Arrival {}

    /** Why a user of the explicit proxy is not let through. */
    enum AuthenticationFault {
        /** No credentials, or none that we understand. */
        MISSING,
        /** No such user, or another password. */
        WRONG,
        /** Too many that were wrong, from the same client. */
        TOO_MANY,
        /** As many are being verified as may be. */
        OVERLOAD
    }

    /** What came is no request for a proxy. */
    record ConnectRefused(ConnectFault fault, String detail) implements Arrival {}

    /**
     * The name in CONNECT has this address.
     *
     * @param others it has too, in the order to be tried
     */
    record Resolved(InetSocketAddress address, List<InetSocketAddress> others) implements Arrival {
        public Resolved {
            others = List.copyOf(others);
        }

        public Resolved(InetSocketAddress address) {
            this(address, List.of());
        }
    }

    /** The name in CONNECT has no address. */
    record Unresolvable(String detail) implements Arrival {}

    /** Why a request to the explicit proxy was not taken. */
    enum ConnectFault {
        /** Not HTTP/1.x, or an authority that is none. */
        MALFORMED,
        /** A larger head than the limit. */
        TOO_LARGE,
        /** A well-formed request that is neither CONNECT nor for an http URL. */
        NOT_CONNECT
    }

    // Judgement

    /** On a CONNECT request, before the hello; only its being blocked counts. */
    record Screened(Ruling ruling) implements Judgement {}

    /**
     * On a hello, or on its absence. From here on pinned.
     *
     * @param habit what that upstream was seen to do about client certificates
     */
    record Decided(Ruling ruling, Load load, Optional<CertificateHabit> habit)
            implements Judgement {

        /** Nothing was learned of that upstream. */
        public Decided(Ruling ruling, Load load) {
            this(ruling, load, Optional.empty());
        }
    }

    /** There is no policy. */
    record PolicyMissing() implements Judgement {}

    /** Whether one more inspected connection may be begun. */
    enum Load {
        ADMITS,
        EXHAUSTED
    }

    // FromClient

    /** The client's first byte is here. */
    record HelloBegun() implements FromClient {}

    /** The whole hello is here. */
    record HelloRead(ClientHello hello) implements FromClient {}

    /** What came is no hello. */
    record HelloUnread(HelloFault fault, String detail) implements FromClient {}

    /**
     * The client closed its side, behind a hello or what was none; it may still read. A splice
     * passes that on. A handshake cannot be finished so.
     */
    record ClientEnded() implements FromClient {}

    /** The client finished its handshake with us. */
    record ClientHandshaken(TlsSession session) implements FromClient {}

    /**
     * The client's handshake with us failed, and not surely over our certificate.
     *
     * @param alert what it said, if it said why
     */
    record ClientHandshakeFailed(Optional<TlsAlert> alert, String detail) implements FromClient {
        public ClientHandshakeFailed(String detail) {
            this(Optional.empty(), detail);
        }
    }

    /** The first bytes of the client's application came: it took our certificate. */
    record ClientSpoke() implements FromClient {}

    /**
     * The client does not take our certificate.
     *
     * @param alert what it said
     */
    record LeafRefused(TlsAlert alert) implements FromClient {}

    /** The client's block, if it was told anything, is on its way, and its connection closed. */
    record RefusalSent() implements FromClient {}

    // FromUpstream

    /** TCP to the original destination stands. */
    record UpstreamConnected() implements FromUpstream {}

    /** TCP to one of the addresses of CONNECT's name stands. */
    record Reached(InetSocketAddress address) implements FromUpstream {}

    /** There is nobody. */
    record UpstreamUnreachable(Symptom symptom, String detail) implements FromUpstream {}

    /**
     * TLS with the upstream stands.
     *
     * @param told what another edge saw that upstream do about client certificates, and what it did
     *     just now does not belie
     */
    record UpstreamHandshaken(UpstreamSession session, Optional<CertificateHabit> told)
            implements FromUpstream {

        /** Nobody has told anything. */
        public UpstreamHandshaken(UpstreamSession session) {
            this(session, Optional.empty());
        }
    }

    /**
     * TLS with the upstream failed.
     *
     * @param symptom how that showed; empty where it was us who would not go on
     * @param certificate whether it had asked for one
     */
    record UpstreamHandshakeFailed(
            Optional<Symptom> symptom, String detail, CertificateRequest certificate)
            implements FromUpstream {}

    /** The upstream's chain verified. */
    record UpstreamVerified(VerifiedUpstream upstream) implements FromUpstream {}

    /**
     * The upstream's chain did not verify.
     *
     * @param mirrorable it, where a leaf of the untrusted issuer can show what is wrong
     */
    record UpstreamUntrusted(List<UntrustedReason> reasons, Optional<UntrustedUpstream> mirrorable)
            implements FromUpstream {
        public UpstreamUntrusted {
            reasons = List.copyOf(reasons);
        }
    }

    /** There is no room to verify it now. */
    record VerifierFull(String detail) implements FromUpstream {}

    /** The upstream went away between its handshake and the relay. */
    record UpstreamLost(Symptom symptom, String detail) implements FromUpstream {}

    /** The raw connection for a splice stands. */
    record RawConnected() implements FromUpstream {}

    /** There is nobody to splice to. */
    record RawUnreachable(String detail) implements FromUpstream {}

    // FromForge

    /** A leaf is ready. */
    record LeafForged(Leaf leaf) implements FromForge {}

    /** A signer refused. */
    record ForgeRefused(String reason, String detail) implements FromForge {}

    /** The recipe does not mirror such a certificate. */
    record NotMirrorable(String detail) implements FromForge {}

    /** No leaf could be had. */
    record SignerAway(String detail) implements FromForge {}

    // Relay

    /** The relay or the splice is over. */
    record RelayEnded(RelayEnd how) implements Event {}

    /** How a relay ends of itself. */
    enum RelayEnd {
        /** Both directions were closed. */
        COMPLETE,
        /** The client closed after its handshake, and had sent nothing. */
        CLIENT_SAID_NOTHING,
        /** The same, and at once, before the upstream had ended anything. */
        CLIENT_HUNG_UP,
        CLIENT_RESET,
        /** The same, and at once after its handshake, without a byte from it. */
        CLIENT_RESET_AT_ONCE,
        UPSTREAM_RESET,
        /** The upstream, asked for nothing yet, did not go on without a client certificate. */
        CERTIFICATE_REQUIRED,
        /** The client's next plain request is for another upstream, or this one is gone. */
        HANDED_BACK
    }

    // Interruption

    /** The client closed or reset its connection while there was no relay. */
    record ClientLeft() implements Interruption {}

    /** The time for a stage is up. Of another stage than the current one it is late. */
    record DeadlinePassed(Stage stage) implements Interruption {}

    /** The edge stops, and has waited for this connection as long as it was told to. */
    record DrainEnded() implements Interruption {}

    /** Something in the shell broke. */
    record ShellFailed(String detail) implements Interruption {}
}
