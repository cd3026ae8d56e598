package io.overt.edge.policy.site;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.policy.ActivePolicy;
import io.overt.edge.policy.PolicyFeed;
import io.overt.edge.site.SealedMap;
import io.overt.edge.site.SiteMap;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.bundle.PolicySignature;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lays what this edge has in force into the site's maps, and takes from there what most edges run
 * while it has nothing at all (ADR 0213). Confined to its own thread; whoever starts it closes it.
 */
public final class SitePolicies implements AutoCloseable {
    private final String self;
    private final SealedMap running;
    private final SealedMap pieces;
    private final PolicyFeed feed;
    private final long maxBytes;
    private final InstantSource clock;
    private final Map<Event, Counter> events = new EnumMap<>(Event.class);
    private final Thread thread;
    private Optional<Shared> shared = Optional.empty();

    private enum Event {
        SHARED,
        TAKEN,
        REFUSED,
        NOTHING,
        AWAY
    }

    /** What lies there by our hand. */
    private record Shared(Running what, ByteString manifest, Instant pieces, Instant told) {}

    private SitePolicies(
            String self,
            Function<String, SealedMap> maps,
            PolicyFeed feed,
            long maxBytes,
            InstantSource clock,
            MeterRegistry meters) {
        this.self = self;
        this.running = maps.apply("policy-running");
        this.pieces = maps.apply("policy-pieces");
        this.feed = feed;
        this.maxBytes = maxBytes;
        this.clock = clock;
        for (var event : Event.values()) {
            events.put(
                    event,
                    Counter.builder("overt.edge.policy.site")
                            .tag("event", event.name().toLowerCase(Locale.ROOT))
                            .description(
                                    "Policies shared with the edges of the site, by what happened.")
                            .register(meters));
        }
        this.thread = Thread.ofVirtual().name("site-policies").unstarted(this::run);
    }

    /**
     * Starts.
     *
     * @param self this edge's name in the site
     * @param maps the site's maps by name
     * @param maxBytes of a policy; a larger one is not fetched
     */
    public static SitePolicies start(
            String self,
            Function<String, SealedMap> maps,
            PolicyFeed feed,
            long maxBytes,
            InstantSource clock,
            MeterRegistry meters) {
        var policies = new SitePolicies(self, maps, feed, maxBytes, clock, meters);
        policies.thread.start();
        return policies;
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
                var active = feed.get();
                if (active.isEmpty()) {
                    take();
                } else {
                    share(active.get());
                }
            }
        } catch (InterruptedException _) {
            // close() interrupts; nobody else knows this thread.
            Thread.currentThread().interrupt();
        }
    }

    // ---- what this edge runs

    private void share(ActivePolicy active) throws InterruptedException {
        var manifest = ByteString.copyFrom(feed.manifestSha256());
        var now = clock.instant();
        var before = shared.filter(each -> each.manifest().equals(manifest));
        if (before.filter(each -> now.isBefore(each.told().plus(TELL))).isPresent()) {
            return;
        }
        var laid = before.filter(each -> now.isBefore(each.pieces().plus(LAY)));
        if (laid.isPresent()) {
            if (tell(laid.get().what())) {
                shared =
                        Optional.of(
                                new Shared(laid.get().what(), manifest, laid.get().pieces(), now));
            }
            return;
        }
        var bundle = feed.kept();
        if (bundle.isEmpty()) {
            return; // It was told there why.
        }
        var bytes = bundle.get().toByteString();
        var what = Running.of(active.version(), bytes, self);
        for (int piece = 0; piece < what.pieces(); piece++) {
            if (!stored(
                    pieces.write(
                            what.pieceKey(piece),
                            what.piece(bytes, piece).toByteArray(),
                            PIECES_LIVE))) {
                return;
            }
        }
        // The commit point: who reads that finds the pieces.
        if (tell(what)) {
            shared = Optional.of(new Shared(what, manifest, now, now));
            count(Event.SHARED);
        }
    }

    private boolean tell(Running what) throws InterruptedException {
        return stored(
                running.write(
                        self.getBytes(StandardCharsets.UTF_8), what.encoded(), RUNNING_LIVES));
    }

    private boolean stored(CompletionStage<SiteMap.Storing> storing) throws InterruptedException {
        return switch (awaited(storing)) {
            case SiteMap.Stored _ -> true;
            case SiteMap.Unavailable _ -> {
                count(Event.AWAY);
                yield false;
            }
        };
    }

    // ---- what others run

    private void take() throws InterruptedException {
        switch (running.all()) {
            case SealedMap.Away _ -> count(Event.AWAY);
            case SealedMap.All(var readings) -> {
                var candidates = byEdges(readings);
                if (candidates.isEmpty()) {
                    count(Event.NOTHING);
                }
                for (var candidate : candidates) {
                    if (take(candidate)) {
                        return;
                    }
                }
            }
        }
    }

    /** What is run there: most edges first, of equals the higher number. */
    static List<Running> byEdges(List<SealedMap.Reading> readings) {
        var edges = new HashMap<ByteString, Set<String>>();
        var known = new HashMap<ByteString, Running>();
        for (var reading : readings) {
            if (reading instanceof SealedMap.Value(var value)) {
                Running.decoded(value)
                        .ifPresent(
                                each -> {
                                    edges.computeIfAbsent(each.sha256(), _ -> new HashSet<>())
                                            .add(each.edge());
                                    known.putIfAbsent(each.sha256(), each);
                                });
            }
        }
        var candidates = new ArrayList<>(known.values());
        candidates.sort(
                Comparator.comparingInt(
                                (Running each) ->
                                        edges.getOrDefault(each.sha256(), Set.of()).size())
                        .thenComparingLong(Running::version)
                        .reversed());
        return candidates;
    }

    private boolean take(Running candidate) throws InterruptedException {
        if (candidate.size() > maxBytes) {
            return refused(
                    candidate, candidate.size() + " bytes (expected: at most " + maxBytes + ")");
        }
        var bytes = ByteString.EMPTY;
        for (int piece = 0; piece < candidate.pieces(); piece++) {
            switch (awaited(pieces.read(candidate.pieceKey(piece)))) {
                case SealedMap.Value(var value) -> bytes = bytes.concat(value);
                case SealedMap.Nothing _, SealedMap.Foreign _ -> {
                    return refused(candidate, "piece " + piece + " is not there");
                }
                case SealedMap.Away _ -> {
                    count(Event.AWAY);
                    return false;
                }
            }
        }
        if (!ByteString.copyFrom(PolicySignature.sha256(bytes.toByteArray()))
                .equals(candidate.sha256())) {
            return refused(candidate, "its pieces are not what was announced");
        }
        try {
            if (!feed.hear(PolicyBundle.parseFrom(bytes))) {
                return refused(candidate, "not taken");
            }
            count(Event.TAKEN);
            LOG.atInfo()
                    .addKeyValue("version", candidate.version())
                    .addKeyValue("edge", candidate.edge())
                    .log("policy from another edge of the site in force");
            return true;
        } catch (InvalidProtocolBufferException e) {
            return refused(candidate, e.toString());
        }
    }

    private boolean refused(Running candidate, String why) {
        count(Event.REFUSED);
        LOG.atWarn()
                .addKeyValue("version", candidate.version())
                .addKeyValue("edge", candidate.edge())
                .addKeyValue("problem", why)
                .log("policy of another edge of the site not taken");
        return false;
    }

    private static <T> T awaited(CompletionStage<T> stage) throws InterruptedException {
        try {
            // The map's own deadline ends it, and it never completes exceptionally.
            return stage.toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a map that failed", e);
        }
    }

    private void count(Event event) {
        Objects.requireNonNull(events.get(event), "one for each").increment();
    }

    /** An edge without a policy blocks everything: it looks often. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final Duration TELL = Duration.ofMinutes(5);

    private static final Duration RUNNING_LIVES = Duration.ofHours(1);

    private static final Duration LAY = Duration.ofHours(1);

    /** Longer than the word of it, so that who reads that finds them. */
    private static final Duration PIECES_LIVE = Duration.ofHours(3);

    private static final Logger LOG = LoggerFactory.getLogger(SitePolicies.class);
}
