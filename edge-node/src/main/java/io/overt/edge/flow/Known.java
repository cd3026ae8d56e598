package io.overt.edge.flow;

import io.overt.edge.exclusion.Exclusion;
import io.overt.edge.forge.Tier;
import io.overt.edge.hello.ClientHello;
import io.overt.policy.Decision;
import io.overt.policy.HelloFault;
import io.overt.x509.PresentedChain;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.UpstreamStanding;
import io.overt.x509.VerifiedUpstream;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * What is known of a connection: each kind is the one before it and one thing more, so that a state
 * cannot hold what was not learned yet, and the record says exactly what was.
 */
public sealed interface Known {

    /**
     * Where the client meant to go, as far as that is known.
     *
     * @return empty before the kernel, or the resolver, has answered
     */
    default Optional<OriginalDestination> destination() {
        return switch (this) {
            case Accepted _ -> Optional.empty();
            case Asked _ -> Optional.empty();
            case Arrived(_, var to) -> Optional.of(to);
            case Heard heard -> heard.arrived().destination();
            case Unheard unheard -> unheard.arrived().destination();
            case Judged judged -> judged.heard().destination();
            case Prejudged prejudged -> prejudged.arrived().destination();
            case JudgedPlain judged -> judged.arrived().destination();
            case JudgedUnheard judged -> judged.unheard().destination();
            case Met met -> met.judged().destination();
            case Examined examined -> examined.met().destination();
            case Mirrored mirrored -> mirrored.examined().destination();
        };
    }

    /** Whose connection it is. */
    default Accepted acceptance() {
        return switch (this) {
            case Accepted accepted -> accepted;
            case Asked(var accepted, _, _) -> accepted;
            case Arrived(var accepted, _) -> accepted;
            case Prejudged(var arrived, _) -> arrived.accepted();
            case JudgedPlain(var arrived, _) -> arrived.accepted();
            case Heard(var arrived, _) -> arrived.accepted();
            case Unheard unheard -> unheard.arrived().accepted();
            case Judged(var heard, _) -> heard.acceptance();
            case JudgedUnheard(var unheard, _) -> unheard.acceptance();
            case Met(var judged, _) -> judged.acceptance();
            case Examined examined -> examined.met().acceptance();
            case Mirrored(var examined, _) -> examined.acceptance();
        };
    }

    /** TLS with the upstream, if it came to that. */
    default Optional<Met> meeting() {
        return switch (this) {
            case Met met -> Optional.of(met);
            case Examined examined -> Optional.of(examined.met());
            case Mirrored mirrored -> Optional.of(mirrored.examined().met());
            case Accepted _,
                    Asked _,
                    Arrived _,
                    Heard _,
                    Unheard _,
                    Judged _,
                    Prejudged _,
                    JudgedPlain _,
                    JudgedUnheard _ ->
                    Optional.empty();
        };
    }

    /** What the policy said, if it was asked. */
    default Optional<Ruling> ruling() {
        return switch (this) {
            case Accepted _, Asked _, Arrived _, Heard _, Unheard _ -> Optional.empty();
            case Prejudged(_, var ruling) -> Optional.of(ruling);
            case JudgedPlain(_, var ruling) -> Optional.of(ruling);
            case Spliceable spliceable -> Optional.of(spliceable.pinned());
            case Mirrored mirrored -> Optional.of(mirrored.examined().pinned());
        };
    }

    /**
     * Knowledge from which splicing is still possible: the client has not seen our ServerHello.
     * {@link Mirrored} is not among them, and that is how the type of the later states has no such
     * arm.
     */
    sealed interface Spliceable extends Known permits Judged, JudgedUnheard, Met, Examined {

        /** Where a raw connection would go. */
        OriginalDestination rawDestination();

        /** What the policy said; it stays so for this connection. */
        Ruling pinned();
    }

    /**
     * Somebody connected.
     *
     * @param client whose connection it is; of a load balancer that has not said whose, its own
     * @param balancer who handed it over
     * @param user who the client has shown to be, where the listener asks
     */
    record Accepted(
            Listener listener,
            InetSocketAddress client,
            Optional<InetSocketAddress> balancer,
            Optional<String> user)
            implements Known {

        Accepted(Listener listener, InetSocketAddress client) {
            this(listener, client, Optional.empty(), Optional.empty());
        }

        /** The peer is a load balancer, and this is who it speaks for. */
        Accepted onBehalfOf(InetSocketAddress someone) {
            return new Accepted(listener, someone, Optional.of(client), user);
        }

        Accepted authenticatedAs(String who) {
            return new Accepted(listener, client, balancer, Optional.of(who));
        }
    }

    /** The client said to the explicit proxy where it wants to go; the name is not resolved. */
    record Asked(
            Accepted accepted,
            OriginalDestination.ConnectTarget target,
            OriginalDestination.Form form)
            implements Known {}

    /** It is known where the client meant to go. */
    record Arrived(Accepted accepted, OriginalDestination to) implements Known {}

    /** The policy would not let the client go there whatever its hello said. */
    record Prejudged(Arrived arrived, Ruling screened) implements Known {}

    /** The policy decided about a plain request, and stays pinned to those that it is about. */
    record JudgedPlain(Arrived arrived, Ruling pinned) implements Known {

        /** The same, by another address of its host. */
        JudgedPlain under(InetSocketAddress other) {
            return arrived.to() instanceof OriginalDestination.Asked asked
                    ? new JudgedPlain(new Arrived(arrived.accepted(), asked.under(other)), pinned)
                    : this;
        }
    }

    /** The hello was read. */
    record Heard(Arrived arrived, ClientHello hello) implements Known {}

    /**
     * No hello could be read.
     *
     * @param detail what was seen and what was expected; one line of printable ASCII
     */
    record Unheard(Arrived arrived, HelloFault fault, String detail) implements Known {}

    /** The policy decided, and stays pinned to the connection. */
    record Judged(Heard heard, Ruling pinned) implements Spliceable {
        @Override
        public OriginalDestination rawDestination() {
            return heard.arrived().to();
        }
    }

    /** The policy decided about a connection whose hello could not be read. */
    record JudgedUnheard(Unheard unheard, Ruling pinned) implements Spliceable {
        @Override
        public OriginalDestination rawDestination() {
            return unheard.arrived().to();
        }
    }

    /** The upstream finished its handshake with us. Nothing is proven about it. */
    record Met(Judged judged, UpstreamSession session) implements Spliceable {
        @Override
        public OriginalDestination rawDestination() {
            return judged.rawDestination();
        }

        @Override
        public Ruling pinned() {
            return judged.pinned();
        }
    }

    /**
     * The upstream's chain was looked at on this very connection, and is to be mirrored as what it
     * was found to be.
     */
    sealed interface Examined extends Spliceable permits Proven, Distrusted {

        /** TLS with the upstream. */
        Met met();

        /** The chain, and what was found. */
        UpstreamStanding upstream();

        @Override
        default OriginalDestination rawDestination() {
            return met().rawDestination();
        }

        @Override
        default Ruling pinned() {
            return met().pinned();
        }
    }

    /** It verified. */
    record Proven(Met met, VerifiedUpstream upstream) implements Examined {}

    /** It did not, and the rule says to mirror it under the issuer that nobody trusts. */
    record Distrusted(Met met, UntrustedUpstream upstream) implements Examined {}

    /** A leaf was forged and the client may have seen it. */
    record Mirrored(Examined examined, Leaf leaf) implements Known {}

    /**
     * The policy's answer.
     *
     * @param policyVersion the version that was active when it was asked
     * @param exclusion what clients' refusals have come to, where the rule asks
     * @param suspension by what order nothing was inspected when it was asked
     */
    record Ruling(
            long policyVersion,
            Decision decision,
            Optional<Exclusion> exclusion,
            Optional<Suspension> suspension) {
        public Ruling(long policyVersion, Decision decision, Optional<Exclusion> exclusion) {
            this(policyVersion, decision, exclusion, Optional.empty());
        }

        public Ruling(long policyVersion, Decision decision) {
            this(policyVersion, decision, Optional.empty());
        }

        /** The same, under an order. */
        public Ruling suspended(Optional<Suspension> by) {
            return new Ruling(policyVersion, decision, exclusion, by);
        }
    }

    /**
     * An emergency order: what a rule would inspect is spliced.
     *
     * @param order its number
     */
    record Suspension(long order) {
        Optional<String> detail() {
            return Optional.of("emergency order " + order);
        }
    }

    /**
     * What TLS with one side came to.
     *
     * @param version as TLS libraries write it, e.g. {@code TLSv1.3}
     * @param cipherSuite the IANA name
     * @param group the named group of the key exchange, where the engine says
     * @param alpn empty when the upstream chose none
     */
    record TlsSession(
            String version, String cipherSuite, Optional<String> group, Optional<String> alpn) {}

    /**
     * TLS with the upstream, and the chain it showed, unverified.
     *
     * @param certificate whether it asked us for one
     */
    record UpstreamSession(TlsSession tls, PresentedChain chain, CertificateRequest certificate) {}

    /**
     * The forged leaf.
     *
     * @param tier where it was found
     * @param sha256 fingerprint of its DER, in lower-case hex
     */
    record Leaf(Tier tier, String sha256) {}
}
