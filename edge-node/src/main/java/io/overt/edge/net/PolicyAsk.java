package io.overt.edge.net;

import io.overt.edge.exclusion.Exclusion;
import io.overt.edge.flow.CertificateHabit;
import io.overt.edge.flow.CertificateRequest;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.Decided;
import io.overt.edge.flow.Event.Load;
import io.overt.edge.flow.Event.PolicyMissing;
import io.overt.edge.flow.Event.Screened;
import io.overt.edge.flow.Known.Arrived;
import io.overt.edge.flow.Known.Heard;
import io.overt.edge.flow.Known.Ruling;
import io.overt.edge.flow.Known.Unheard;
import io.overt.edge.flow.OriginalDestination;
import io.overt.edge.hello.EncryptedClientHello;
import io.overt.edge.record.ShadowRuling;
import io.overt.policy.Action;
import io.overt.policy.ConnectionFacts;
import io.overt.policy.Decision;
import io.overt.policy.Ech;
import io.overt.policy.Failure;
import io.overt.policy.FailureAction;
import io.overt.policy.HelloFacts;
import io.overt.policy.HelloFault;
import io.overt.policy.HostName;
import io.overt.policy.HttpRules;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks the active policy for one connection, and keeps the policy and the facts that it answered
 * on: the same policy decides about this connection's requests, whatever is rolled out meanwhile.
 * Confined to the event loop.
 */
final class PolicyAsk {
    private final Shell shell;
    private final Witness witness;
    private @Nullable Pinned pinned;
    private boolean inspecting;
    private Optional<UpstreamHabits.Hearsay> hearsay = Optional.empty();
    private Optional<ShadowRuling> shadow = Optional.empty();

    /** Whether there is something to inspect; where there is not, the rule says what else. */
    private enum Inspection {
        POSSIBLE,
        IMPOSSIBLE
    }

    private record Pinned(Policies.Numbered policy, ConnectionFacts facts) {}

    PolicyAsk(Shell shell, Witness witness) {
        this.shell = shell;
        this.witness = witness;
    }

    /**
     * Before the hello of an explicit proxy's client, taking CONNECT's name for the server name
     * that will follow (ADR 0050). Pins nothing.
     */
    Event screen(Arrived arrived) {
        return shell.policies()
                .active()
                .<Event>map(
                        active -> {
                            var name = connectHost(arrived.to());
                            var facts =
                                    facts(
                                            arrived,
                                            name,
                                            new HelloFacts.NotPeeked(HelloFault.ABSENT));
                            return new Screened(
                                    new Ruling(active.version(), active.policy().decide(facts)));
                        })
                .orElseGet(PolicyMissing::new);
    }

    /** Whether {@link #screen} lets a client go there. */
    boolean wouldNotBlock(Arrived other) {
        return screen(other) instanceof Screened(var ruling)
                && ruling.decision().action() != Action.BLOCK;
    }

    Event decide(Heard heard) {
        var hello = heard.hello();
        var address = heard.arrived().to().address();
        var facts =
                new HelloFacts.Peeked(hello.alpn(), ech(hello.encryptedClientHello()), hello.ja4());
        var decided =
                decide(
                        facts(heard.arrived(), hello.serverName().flatMap(HostName::parse), facts),
                        Inspection.POSSIBLE,
                        decision -> witness.exclusion(heard, decision),
                        shell.habits().of(address, hello.serverName()));
        if (goesOnWithoutCertificate(decided)) {
            // Asked now, it has answered by the time that the upstream has; if not, it is not
            // waited for.
            hearsay = Optional.of(shell.habits().hearsay(address, hello.serverName()));
        }
        return decided;
    }

    private static boolean goesOnWithoutCertificate(Event event) {
        return event instanceof Decided(var ruling, _, var habit)
                && ruling.decision().action() == Action.INSPECT
                && ruling.decision().on().of(Failure.CLIENT_CERT) == FailureAction.INSPECT
                && !habit.equals(Optional.of(CertificateHabit.INSISTS));
    }

    /** What another edge has told of this connection's upstream, which has asked or has not. */
    Optional<CertificateHabit> told(CertificateRequest request) {
        return hearsay.flatMap(each -> each.given(request));
    }

    /**
     * A plain request to the explicit proxy. It has no hello, so its host stands where the server
     * name of one would.
     */
    Event decidePlain(Arrived arrived) {
        return decide(
                plainFacts(arrived), Inspection.POSSIBLE, _ -> Optional.empty(), Optional.empty());
    }

    /** Whether the rule that decided about a plain request does so at this address of its host. */
    boolean decidesAlike(Arrived other) {
        var policy = pinned().policy().policy();
        return policy.decide(plainFacts(other))
                .rule()
                .equals(policy.decide(pinned().facts()).rule());
    }

    /** A plain request goes there, of the addresses that its host has. */
    void reached(Arrived arrived) {
        pinned = new Pinned(pinned().policy(), plainFacts(arrived));
    }

    private ConnectionFacts plainFacts(Arrived arrived) {
        return facts(
                arrived, connectHost(arrived.to()), new HelloFacts.NotPeeked(HelloFault.NOT_TLS));
    }

    Event decide(Unheard unheard) {
        return decide(
                facts(
                        unheard.arrived(),
                        Optional.empty(),
                        new HelloFacts.NotPeeked(unheard.fault())),
                Inspection.IMPOSSIBLE,
                _ -> Optional.empty(),
                Optional.empty());
    }

    private Event decide(
            ConnectionFacts facts,
            Inspection inspection,
            Function<Decision, Optional<Exclusion>> exclusion,
            Optional<CertificateHabit> habit) {
        var active = shell.policies().active();
        if (active.isEmpty()) {
            return new PolicyMissing();
        }
        pinned = new Pinned(active.get(), facts);
        var decision = active.get().policy().decide(facts);
        shadow = shell.policies().shadow().flatMap(beside -> beside(beside, facts));
        var ruling = new Ruling(active.get().version(), decision, exclusion.apply(decision));
        if (decision.action() == Action.INSPECT && inspection == Inspection.POSSIBLE) {
            var suspension = shell.policies().suspension();
            if (suspension.isPresent()) {
                return new Decided(ruling.suspended(suspension), Load.ADMITS, habit);
            }
        }
        if (decision.action() == Action.INSPECT && !inspecting) {
            inspecting = shell.beginInspection();
            return new Decided(ruling, inspecting ? Load.ADMITS : Load.EXHAUSTED, habit);
        }
        return new Decided(ruling, Load.ADMITS, habit);
    }

    private Optional<ShadowRuling> beside(Policies.Numbered beside, ConnectionFacts facts) {
        try {
            return Optional.of(new ShadowRuling(beside.version(), beside.policy().decide(facts)));
        } catch (RuntimeException e) { // A backstop: what is only tried must not end a connection.
            shell.meters().figures().shadowFailed(beside.version(), e);
            return Optional.empty();
        }
    }

    /** What the version in shadow says, if there was one when the policy was asked. */
    Optional<ShadowRuling> shadow() {
        return shadow;
    }

    /** Gives back the place of an inspected connection, if it has one. */
    void release() {
        if (inspecting) {
            inspecting = false;
            shell.endInspection();
        }
    }

    HttpRules http() {
        return pinned().policy().policy().http();
    }

    ConnectionFacts facts() {
        return pinned().facts();
    }

    private Pinned pinned() {
        if (pinned == null) {
            throw new IllegalStateException("no policy was asked");
        }
        return pinned;
    }

    private ConnectionFacts facts(
            Arrived arrived, Optional<HostName> serverName, HelloFacts hello) {
        var accepted = arrived.accepted();
        return new ConnectionFacts(
                shell.settings().site(),
                accepted.listener().name(),
                accepted.client().getAddress(),
                accepted.user(),
                arrived.to().address(),
                serverName,
                connectHost(arrived.to()),
                hello,
                shell.clock().instant());
    }

    private static Optional<HostName> connectHost(OriginalDestination to) {
        return switch (to) {
            case OriginalDestination.Asked(_, var target, _) -> HostName.parse(target.host());
            case OriginalDestination.Diverted _,
                    OriginalDestination.Redirected _,
                    OriginalDestination.Announced _ ->
                    Optional.empty();
        };
    }

    private static Ech ech(EncryptedClientHello offered) {
        return switch (offered) {
            case PRESENT -> Ech.OFFERED;
            case ABSENT -> Ech.ABSENT;
        };
    }
}
