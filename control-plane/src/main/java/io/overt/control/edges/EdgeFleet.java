package io.overt.control.edges;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.rollout.EdgeReport;
import io.overt.control.rollout.Fleet;
import io.overt.control.rollout.Targets;
import io.overt.control.store.EdgeState;
import io.overt.control.store.EdgeStore;
import io.overt.control.store.EdgeTraitStore;
import io.overt.control.store.EdgeTraits;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.ExclusionAnswer;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.service.identity.FleetIdentity;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every edge that was ever heard of, and the streams of those that are connected. Thread-safe. */
public final class EdgeFleet implements Fleet, AutoCloseable {
    private final EdgeStore store;
    private final EdgeStates states;
    private final EdgeTraitStore traitStore;
    private final Targets targets;
    private final Emergencies emergencies;
    private final Others others;
    private final Instant expectedUntil;
    private final Map<FleetIdentity, EdgeMemory> memories = new ConcurrentHashMap<>();
    private final FleetIdentity self;
    private final Clock clock;
    private final Supplier<ByteString> nonces;
    private final Map<FleetIdentity, EdgeState> known = new ConcurrentHashMap<>();
    private final Map<FleetIdentity, EdgeSession> connected = new ConcurrentHashMap<>();
    private final Map<EdgeSession.Heard, Counter> heard = new EnumMap<>(EdgeSession.Heard.class);

    /** This process goes away, and edges will come back to the next. */
    private volatile boolean closing;

    /** Edges whose stream is open at another control plane; as of the last look at the store. */
    private volatile Set<FleetIdentity> elsewhere = Set.of();

    /**
     * An edge as it is shown.
     *
     * @param link whether its stream is open
     * @param state what it last said
     */
    public record EdgeView(Link link, EdgeState state) {}

    /** Whether other control planes may have edges of this store. */
    public enum Others {
        NONE,
        SOME
    }

    /** Whether an edge's stream is open, here or at another control plane. */
    public enum Link {
        CONNECTED,
        AWAY
    }

    /**
     * Starts with what the store knows; nobody is connected yet.
     *
     * @param states keeps what edges say, in the same store
     * @param self this control plane
     * @param targets what edges are to have
     * @param emergencies what goes before it
     * @param others whether edges may be connected to other control planes on the same store
     * @param nonces unpredictable values, never the same twice
     */
    public EdgeFleet(
            EdgeStore store,
            EdgeStates states,
            FleetIdentity self,
            EdgeTraitStore traitStore,
            Targets targets,
            Emergencies emergencies,
            Others others,
            Clock clock,
            Supplier<ByteString> nonces,
            MeterRegistry meters) {
        this.others = others;
        this.store = store;
        this.states = states;
        this.self = self;
        this.traitStore = traitStore;
        this.targets = targets;
        this.emergencies = emergencies;
        this.clock = clock;
        this.nonces = nonces;
        this.expectedUntil = clock.instant().plus(EXPECTED);
        store.begin(self);
        traitStore.all().forEach((edge, traits) -> memories.put(edge, new EdgeMemory(traits)));
        store.all().forEach(state -> known.put(state.identity(), state));
        for (var kind : EdgeSession.Heard.values()) {
            heard.put(
                    kind,
                    Counter.builder("overt.control.edge.messages")
                            .tag(
                                    "kind",
                                    kind.name()
                                            .toLowerCase(java.util.Locale.ROOT)
                                            .replace('_', '-'))
                            .description("Messages from edges, by what they were.")
                            .register(meters));
        }
        Gauge.builder("overt.control.edges.connected", connected, Map::size)
                .description("Edges whose stream is open.")
                .register(meters);
        Gauge.builder("overt.control.edges.behind", this, EdgeFleet::behind)
                .description(
                        "Edges, connected or not, whose active version is not the one they are to have.")
                .register(meters);
        Gauge.builder(
                        "overt.control.edges.refusing",
                        known,
                        all ->
                                all.values().stream()
                                        .filter(state -> state.rejectedVersion() != 0)
                                        .count())
                .description("Edges whose last answer was a refusal.")
                .register(meters);
    }

    @Override
    public void retarget() {
        connected.values().forEach(EdgeSession::retarget);
    }

    /**
     * Sends the emergency order of a site to each of its edges that is there. Never blocks on one.
     */
    public void order(String site) {
        connected.forEach(
                (edge, session) -> {
                    if (edge.site().equals(site)) {
                        session.order();
                    }
                });
    }

    @Override
    public List<EdgeReport> reports() {
        switch (others) {
            case NONE -> {}
            case SOME -> lookElsewhere();
        }
        return known.values().stream().map(this::report).toList();
    }

    /** What edges have said to other control planes; of those that are here, we know better. */
    private void lookElsewhere() {
        lookAtStates();
        traitStore
                .all()
                .forEach(
                        (edge, traits) -> {
                            if (!connected.containsKey(edge)) {
                                memory(edge).traits(traits);
                            }
                        });
    }

    private EdgeReport report(EdgeState state) {
        var session = connected.get(state.identity());
        if (session != null) {
            return session.report();
        }
        var memory = memory(state.identity());
        boolean expected =
                memory.traits().link() == EdgeTraits.Link.OPEN
                        && (others == Others.SOME || clock.instant().isBefore(expectedUntil));
        return EdgeSession.report(
                state, memory, expected ? EdgeReport.Presence.EXPECTED : EdgeReport.Presence.AWAY);
    }

    /** All edges by site and name, with all that is shown of them. */
    public List<EdgeDetails> details() {
        return edges().stream()
                .map(
                        view -> {
                            var memory = memory(view.state().identity());
                            var report = report(view.state());
                            var health = memory.health().last();
                            return new EdgeDetails(
                                    view,
                                    report,
                                    memory.traits(),
                                    targets.of(report),
                                    memory.emergency(),
                                    health.map(HealthBook.Heard::health),
                                    health.map(HealthBook.Heard::at));
                        })
                .toList();
    }

    /** Why an edge refused an emergency order; empty where it obeys or has not answered. */
    public Optional<String> refusal(FleetIdentity edge, long order) {
        return memory(edge).refusal(order);
    }

    private EdgeMemory memory(FleetIdentity edge) {
        return memories.computeIfAbsent(edge, _ -> new EdgeMemory(EdgeTraits.UNKNOWN));
    }

    /**
     * Says that this control plane lives, and sees what edges have told others. Blocks.
     *
     * @param within a control plane that has not said so for longer is dead, and so are its streams
     */
    public void look(Duration within) {
        store.alive(self);
        lookAtStates();
        elsewhere = store.elsewhere(self, within);
    }

    private void lookAtStates() {
        // Who connects, and says something, after this is not forgotten for it.
        var before = Set.copyOf(known.keySet());
        var kept = new HashSet<FleetIdentity>();
        for (var state : store.all()) {
            kept.add(state.identity());
            if (!connected.containsKey(state.identity())) {
                known.put(state.identity(), state);
            }
        }
        before.stream().filter(edge -> !kept.contains(edge) && isSettled(edge)).forEach(this::drop);
    }

    /** Whether what the store has of an edge is all that there is. */
    private boolean isSettled(FleetIdentity edge) {
        return !connected.containsKey(edge) && !states.isWaiting(edge);
    }

    /** Unless it has just connected: what its session stands on stays. */
    private void drop(FleetIdentity edge) {
        connected.compute(
                edge,
                (_, session) -> {
                    if (session == null) {
                        known.remove(edge);
                        memories.remove(edge);
                    }
                    return session;
                });
    }

    /** What became of an edge that was to be forgotten. */
    public sealed interface Forgetting {
        /** It is; this was the last that was known of it. */
        record Forgotten(EdgeView last) implements Forgetting {}

        /** It is connected, here or to another control plane, or was a moment ago. */
        record Connected() implements Forgetting {}

        /** Nothing is known of it. */
        record Unknown() implements Forgetting {}
    }

    /**
     * Forgets an edge that is away: it is neither shown nor counted any more, here and, at their
     * next look, at other control planes. One that connects again is known anew. Blocks.
     */
    public Forgetting forget(FleetIdentity edge) {
        var state = known.get(edge);
        if (state == null) {
            return new Forgetting.Unknown();
        }
        if (!isSettled(edge) || elsewhere.contains(edge)) {
            return new Forgetting.Connected();
        }
        store.forget(edge);
        drop(edge);
        targets.nudge();
        LOG.atInfo().addKeyValue("edge", edge).log("edge forgotten");
        return new Forgetting.Forgotten(new EdgeView(Link.AWAY, state));
    }

    /**
     * Ends every stream in good order, so that a server that stops need not wait for streams that
     * never end.
     */
    @Override
    public void close() {
        closing = true;
        connected.values().forEach(EdgeSession::goAway);
    }

    /** All edges by site and name. */
    public List<EdgeView> edges() {
        return known.values().stream()
                .sorted(Comparator.comparing(state -> state.identity().uri()))
                .map(
                        state -> {
                            var session = connected.get(state.identity());
                            if (session != null) {
                                return new EdgeView(Link.CONNECTED, session.state());
                            }
                            return new EdgeView(
                                    elsewhere.contains(state.identity())
                                            ? Link.CONNECTED
                                            : Link.AWAY,
                                    state);
                        })
                .toList();
    }

    /** An edge that was to be asked about exclusions. */
    public sealed interface Asked {
        /** Who. */
        FleetIdentity edge();

        /** It was asked; completes with its answer, exceptionally if it goes away, or never. */
        record Awaited(FleetIdentity edge, CompletableFuture<ExclusionAnswer> answer)
                implements Asked {}

        /** Its stream is closed. */
        record Away(FleetIdentity edge) implements Asked {}

        /** It does not answer such questions, or has not said hello yet. */
        record TooOld(FleetIdentity edge) implements Asked {}
    }

    /**
     * Asks every edge of a site about exclusions, without waiting for answers.
     *
     * @param site empty for every site
     * @param ask without a nonce
     */
    public List<Asked> ask(String site, ExclusionAsk ask) {
        return known.keySet().stream()
                .filter(edge -> site.isEmpty() || edge.site().equals(site))
                .sorted(Comparator.comparing(FleetIdentity::uri))
                .map(edge -> ask(edge, ask))
                .toList();
    }

    private Asked ask(FleetIdentity edge, ExclusionAsk ask) {
        var session = connected.get(edge);
        if (session == null) {
            return new Asked.Away(edge);
        }
        return session.ask(ask)
                .<Asked>map(answer -> new Asked.Awaited(edge, answer))
                .orElseGet(() -> new Asked.TooOld(edge));
    }

    /**
     * An edge opened a stream. Its certificate says who it is; a stream that it had before is
     * ended.
     */
    EdgeSession connect(FleetIdentity identity, EdgeSession.Outbound out) {
        var replaced = new ArrayList<EdgeSession>();
        var session =
                connected.compute(
                        identity,
                        (_, before) -> {
                            if (before != null) {
                                replaced.add(before);
                            }
                            return session(identity, out);
                        });
        for (var before : replaced) {
            LOG.atWarn()
                    .addKeyValue("edge", identity)
                    .log("a newer stream of the same edge takes over");
            before.replaced();
        }
        return session;
    }

    private EdgeSession session(FleetIdentity identity, EdgeSession.Outbound out) {
        return new EdgeSession(
                known.getOrDefault(identity, EdgeState.unknown(identity, clock.instant())),
                memory(identity),
                out,
                targets,
                emergencies,
                nonces,
                clock,
                this::keep);
    }

    /** The edge sent a message. */
    void hear(EdgeSession session, EdgeMessage message) {
        var traits = memory(session.identity()).traits();
        var kind = session.hear(message);
        var counter = heard.get(kind);
        if (counter != null) {
            counter.increment();
        }
        var state = session.state();
        var event =
                switch (kind) {
                    case HELLO, ACK, EXCLUSIONS, EMERGENCY -> LOG.atInfo();
                    case NACK, STRAY_ANSWER, OUT_OF_ORDER -> LOG.atWarn();
                    // Every few seconds, of each edge.
                    case HEALTH, UNKNOWN -> LOG.atDebug();
                };
        event.addKeyValue("edge", state.identity())
                .addKeyValue("kind", kind)
                .addKeyValue("active_version", state.activeVersion())
                .addKeyValue("rejected_version", state.rejectedVersion())
                .addKeyValue("problems", state.problems().size())
                .log("edge said");
        switch (kind) {
            case HELLO -> {
                keep(session.identity(), traits);
                targets.nudge();
            }
            case ACK, NACK, HEALTH -> targets.nudge();
            case EXCLUSIONS, EMERGENCY, STRAY_ANSWER, OUT_OF_ORDER, UNKNOWN -> {}
        }
        if (kind == EdgeSession.Heard.HELLO && targets.highest() < state.activeVersion()) {
            // An edge never goes back. After a restore from a backup this is what an operator must
            // know.
            LOG.atError()
                    .addKeyValue("edge", state.identity())
                    .addKeyValue("active_version", state.activeVersion())
                    .log(
                            "an edge is ahead of this store; set policy.next-version-at-least above it");
        }
    }

    /** The stream ended, from whichever side. */
    void disconnect(EdgeSession session) {
        session.ended();
        if (connected.remove(session.identity(), session)) {
            var last = session.state();
            var left =
                    new EdgeState(
                            last.identity(),
                            last.build(),
                            last.activeVersion(),
                            last.rejectedVersion(),
                            last.problems(),
                            clock.instant());
            known.put(left.identity(), left);
            states.left(left);
            if (!closing) {
                var before = memory(session.identity()).traits();
                memory(session.identity()).traits(before.with(EdgeTraits.Link.CLOSED));
                keep(session.identity(), before);
            }
            targets.nudge();
            LOG.atInfo().addKeyValue("edge", session.identity()).log("edge went away");
        }
    }

    private void keep(EdgeState state) {
        known.put(state.identity(), state);
        states.put(state);
    }

    /** What an edge is, where that has changed: of 2,000 that come back, nothing is written. */
    private void keep(FleetIdentity edge, EdgeTraits before) {
        var now = memory(edge).traits();
        if (!now.equals(before)) {
            traitStore.put(edge, now);
        }
    }

    private double behind() {
        return known.values().stream()
                .filter(state -> state.activeVersion() != targets.of(report(state)).enforced())
                .count();
    }

    /** An edge that has not come back by then is not on its way. */
    private static final Duration EXPECTED = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(EdgeFleet.class);
}
