package io.overt.edge.flow;

import io.overt.edge.exclusion.Testimony;
import io.overt.edge.flow.Known.Arrived;
import io.overt.edge.flow.Known.Heard;
import io.overt.edge.flow.Known.Spliceable;
import io.overt.edge.flow.Known.Unheard;
import io.overt.edge.flow.OriginalDestination.ConnectTarget;
import io.overt.x509.PresentedChain;
import io.overt.x509.UpstreamStanding;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** What the shell is to do. Each but the last few is answered by an event. */
public sealed interface Command {

    /** Ask the kernel where the client meant to go. */
    record FindDestination() implements Command {}

    /** Read the header that a load balancer sends ahead of its client's bytes. */
    record ReadProxyHeader() implements Command {}

    /** Read the head of a CONNECT request. */
    record ReadConnectHead() implements Command {}

    /** Verify the user and password that came with the request. */
    record Authenticate() implements Command {}

    /** Ask the policy about a plain request, and pin its answer. */
    record DecidePlain(Arrived arrived) implements Command {}

    /**
     * Try whether a plain request's destination, or another that its host led to and about which
     * the same rule decides, can be reached.
     */
    record ReachPlain(Arrived first, List<Arrived> others) implements Command {
        public ReachPlain {
            others = List.copyOf(others);
        }
    }

    /** Connect to the destination of a plain request, or to the proxy on the way there. */
    record ConnectPlain(InetSocketAddress to) implements Command {}

    /**
     * Forward the plain request that was read, and those behind it that are for the same upstream.
     *
     * @param mode {@link RelayMode#HTTP1} judges them by the policy's rules for requests, {@link
     *     RelayMode#OPAQUE} does not
     */
    record Forward(RelayMode mode) implements Command {}

    /** Find the address of a CONNECT request's name. */
    record Resolve(ConnectTarget target) implements Command {}

    /** Ask the policy whether the client may go there at all. */
    record Screen(Arrived arrived) implements Command {}

    /**
     * Connect to the first of these addresses that answers, and send nothing. The connection is
     * kept for whoever is to connect there next.
     *
     * @param others tried behind the first where the policy would let the client go there
     */
    record Reach(Arrived first, List<Arrived> others) implements Command {
        public Reach {
            others = List.copyOf(others);
        }
    }

    /** Answer CONNECT with 200, and take what follows as the client's first bytes. */
    record AcceptConnect() implements Command {}

    /** Read the client's hello without consuming it. */
    record PeekHello() implements Command {}

    /** Ask the policy about a connection whose hello is known, and pin its answer. */
    record Decide(Heard heard) implements Command {}

    /** Ask the policy about a connection that has no hello, and pin its answer. */
    record DecideUnheard(Unheard unheard) implements Command {}

    /** Connect to the original destination. The same connection later carries the data. */
    record ConnectUpstream(InetSocketAddress to) implements Command {}

    /**
     * TLS with the upstream.
     *
     * @param serverName as the client sent it
     * @param offer what the client offered, as far as we speak it
     */
    record HandshakeUpstream(Optional<String> serverName, UpstreamOffer offer) implements Command {}

    /** Keep in mind what this upstream does about client certificates. */
    record Remember(InetSocketAddress address, Optional<String> serverName, CertificateHabit habit)
            implements Command {}

    /**
     * Verify the upstream's chain.
     *
     * @param serverName the name that it must be for; without one, the address must be in it
     */
    record VerifyUpstream(
            PresentedChain chain, Optional<String> serverName, InetSocketAddress address)
            implements Command {}

    /**
     * Forge a leaf, for an upstream whose chain was looked at on this connection: by a trusted
     * issuer if it verified, and only then.
     */
    record Forge(UpstreamStanding upstream) implements Command {}

    /**
     * TLS with the client, with the forged leaf.
     *
     * @param alpn exactly what the upstream chose
     */
    record HandshakeClient(Optional<String> alpn) implements Command {}

    /** Carry decrypted bytes both ways until both sides are done. */
    record Relay(RelayMode mode) implements Command {}

    /** Close the connection to the upstream, if there is one; nothing of it is wanted any more. */
    record AbandonUpstream() implements Command {}

    /** Connect to the original destination afresh, without TLS of ours. */
    record DialRaw(InetSocketAddress to) implements Command {}

    /**
     * Replay the client's first bytes and carry raw bytes both ways.
     *
     * @param known proof that the client has not seen our ServerHello
     */
    record Splice(Spliceable known) implements Command {}

    /** Tell the client no and close. */
    record Refuse(Refusal refusal) implements Command {}

    /** The time for this stage begins; that of the stage before ends. */
    record StartDeadline(Stage stage) implements Command {}

    /** Weigh what the client has shown about our certificate for this host. */
    record Testify(Testimony testimony) implements Command {}

    /** Close whatever is open. */
    record CloseAll(CloseStyle style) implements Command {}

    /** Write the one record. */
    record Conclude(Conclusion conclusion) implements Command {}

    /** What looks into the decrypted bytes. */
    enum RelayMode {
        /** The HTTP/1.1 filter. */
        HTTP1,
        /**
         * No protocol was agreed on: the filter if what the client says first looks like HTTP/1,
         * nobody if it does not or the upstream speaks first.
         */
        BY_FIRST_BYTES,
        /** Nobody; the record says so. */
        OPAQUE
    }

    /** How connections are closed. */
    enum CloseStyle {
        /** What is queued goes out, then FIN. */
        GRACEFUL,
        /** The upstream's alone: the client's connection goes on without this machine. */
        CLIENT_KEPT,
        /** RST: the peer must not take what it got for all there was. */
        RESET
    }
}
