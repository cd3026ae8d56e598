package io.overt.control.edges;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.store.EdgeState;
import io.overt.control.store.EdgeStore;
import io.overt.control.store.SignedVersion;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.ExclusionAnswer;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.service.identity.FleetIdentity;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
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
public final class EdgeFleet implements AutoCloseable {
    private final EdgeStore store;
    private final FleetIdentity self;
    private final Clock clock;
    private final Supplier<ByteString> nonces;
    private final Map<FleetIdentity, EdgeState> known = new ConcurrentHashMap<>();
    private final Map<FleetIdentity, EdgeSession> connected = new ConcurrentHashMap<>();
    private final Map<EdgeSession.Heard, Counter> heard = new EnumMap<>(EdgeSession.Heard.class);
    private volatile Optional<SignedVersion> newest;

    /** Edges whose stream is open at another control plane; as of the last look at the store. */
    private volatile Set<FleetIdentity> elsewhere = Set.of();

    /**
     * An edge as it is shown.
     *
     * @param link whether its stream is open
     * @param state what it last said
     */
    public record EdgeView(Link link, EdgeState state) {}

    /** Whether an edge's stream is open, here or at another control plane. */
    public enum Link {
        CONNECTED,
        AWAY
    }

    /**
     * Starts with what the store knows; nobody is connected yet.
     *
     * @param self this control plane
     * @param newest the version to offer at first
     * @param nonces unpredictable values, never the same twice
     */
    public EdgeFleet(
            EdgeStore store,
            FleetIdentity self,
            Optional<SignedVersion> newest,
            Clock clock,
            Supplier<ByteString> nonces,
            MeterRegistry meters) {
        this.store = store;
        this.self = self;
        this.newest = newest;
        this.clock = clock;
        this.nonces = nonces;
        store.begin(self);
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
                .description("Edges, connected or not, whose active version is not the newest.")
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

    /**
     * Offers a version to every connected edge, and from now on to each that connects. Never blocks
     * on an edge.
     */
    public void announce(SignedVersion version) {
        // First: whoever greets from here on reads it. Then those who have greeted. Nobody is
        // between the two.
        newest = Optional.of(version);
        connected.values().forEach(session -> session.offer(version));
    }

    /**
     * Says that this control plane lives, and sees what edges have told others. Blocks.
     *
     * @param within a control plane that has not said so for longer is dead, and so are its streams
     */
    public void look(Duration within) {
        store.alive(self);
        store.all().stream()
                .filter(state -> !connected.containsKey(state.identity()))
                .forEach(state -> known.put(state.identity(), state));
        elsewhere = store.elsewhere(self, within);
    }

    /**
     * Ends every stream in good order, so that a server that stops need not wait for streams that
     * never end.
     */
    @Override
    public void close() {
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
        var state = known.getOrDefault(identity, EdgeState.unknown(identity, clock.instant()));
        var session = new EdgeSession(state, out, () -> newest, nonces, clock, this::keep);
        var before = connected.put(identity, session);
        if (before != null) {
            LOG.atWarn()
                    .addKeyValue("edge", identity)
                    .log("a newer stream of the same edge takes over");
            before.replaced();
        }
        return session;
    }

    /** The edge sent a message. */
    void hear(EdgeSession session, EdgeMessage message) {
        var kind = session.hear(message);
        var counter = heard.get(kind);
        if (counter != null) {
            counter.increment();
        }
        var state = session.state();
        var event =
                switch (kind) {
                    case HELLO, ACK, EXCLUSIONS -> LOG.atInfo();
                    case NACK, STRAY_ANSWER, OUT_OF_ORDER -> LOG.atWarn();
                    case UNKNOWN -> LOG.atDebug();
                };
        event.addKeyValue("edge", state.identity())
                .addKeyValue("kind", kind)
                .addKeyValue("active_version", state.activeVersion())
                .addKeyValue("rejected_version", state.rejectedVersion())
                .addKeyValue("problems", state.problems().size())
                .log("edge said");
        if (kind == EdgeSession.Heard.HELLO
                && newest.map(SignedVersion::version).orElse(0L) < state.activeVersion()) {
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
            store.left(left, self);
            LOG.atInfo().addKeyValue("edge", session.identity()).log("edge went away");
        }
    }

    private void keep(EdgeState state) {
        known.put(state.identity(), state);
        store.put(state, self);
    }

    private double behind() {
        long wanted = newest.map(SignedVersion::version).orElse(0L);
        return known.values().stream().filter(state -> state.activeVersion() != wanted).count();
    }

    private static final Logger LOG = LoggerFactory.getLogger(EdgeFleet.class);
}
