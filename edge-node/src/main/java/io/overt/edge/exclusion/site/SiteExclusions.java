package io.overt.edge.exclusion.site;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.exclusion.Basis;
import io.overt.edge.exclusion.Bounds;
import io.overt.edge.exclusion.Entry;
import io.overt.edge.exclusion.Exclusions;
import io.overt.edge.exclusion.Ledger;
import io.overt.edge.exclusion.Note;
import io.overt.edge.exclusion.Note.Acceptance;
import io.overt.edge.exclusion.Note.Verdict;
import io.overt.edge.site.SealedMap;
import io.overt.edge.site.SealedMap.All;
import io.overt.edge.site.SealedMap.Away;
import io.overt.edge.site.SealedMap.Reading;
import io.overt.edge.site.SiteMap;
import io.overt.service.process.ThreadBackstop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This edge's exclusions, kept in step with those of its site: what changes here is written to the
 * shared map by a thread of its own, what other edges write comes in as the map tells it, and all
 * of it is gone through again now and then, which mends whatever was lost. Nobody waits for any of
 * it; without a cluster the edge learns for itself. Thread-safe.
 *
 * <p>Whoever reads the map's carrier learns nothing, and whoever writes it can withhold what edges
 * say, or repeat an older saying of theirs, which no longer holds. An edge that is taken over can
 * exclude for its whole site, as it can splice for itself.
 */
public final class SiteExclusions implements AutoCloseable {
    private final Ledger ledger;
    private final LedgerKeeper keeper;
    private final ExclusionDesk desk;
    private final SealedMap map;
    private final InstantSource clock;
    private final Consumer<Reading> follower = this::heard;
    private final BlockingQueue<Note> outbound = new ArrayBlockingQueue<>(OUTBOUND);
    private final AtomicBoolean sending = new AtomicBoolean();
    private final AtomicBoolean lookingAgain = new AtomicBoolean();

    /** Something of ours may not be in the map. */
    private final AtomicBoolean incomplete = new AtomicBoolean(true);

    /** Guarded by itself. */
    private final VerdictFile verdicts;

    /** Up to which ruling they are on disk. Guarded by {@link #verdicts}. */
    private long kept;

    /** Confined to the thread. */
    private Instant rewritten = Instant.EPOCH;

    private final Map<Basis, AtomicInteger> standing = new EnumMap<>(Basis.class);
    private final NoteMeters meters;
    private final ThreadBackstop backstop;
    private final ScheduledThreadPoolExecutor thread;

    /**
     * Reads the verdicts on disk; shares nothing yet.
     *
     * @param edge this edge's name
     * @param map the site's, of the name {@link #MAP}
     * @param state a folder of this edge's own, which exists
     * @param random tells this life of the edge from those before
     */
    public SiteExclusions(
            String edge,
            SealedMap map,
            Path state,
            InstantSource clock,
            RandomGenerator random,
            MeterRegistry registry) {
        var life = edge + "/" + HexFormat.of().toHexDigits(random.nextLong());
        this.ledger = new Ledger(life, Bounds.DEFAULT);
        this.keeper = new LedgerKeeper(ledger, clock, this::share, registry);
        this.desk = new ExclusionDesk(ledger, clock, this::ruled, registry);
        this.map = map;
        this.verdicts = new VerdictFile(state);
        this.clock = clock;
        this.meters = new NoteMeters(registry);
        for (var basis : Basis.values()) {
            var count = new AtomicInteger();
            standing.put(basis, count);
            Gauge.builder("overt.edge.exclusions", count, AtomicInteger::get)
                    .description("Subjects (a host for a client, or for all) by what is known.")
                    .tag("basis", basis.text())
                    .register(registry);
        }
        Gauge.builder("overt.edge.exclusions.dropped", ledger, Ledger::dropped)
                .description("Subjects that were dropped, or not taken, for want of room.")
                .register(registry);
        this.backstop = new ThreadBackstop("exclusions", registry);
        this.thread =
                new ScheduledThreadPoolExecutor(
                        1,
                        Thread.ofPlatform().daemon().name("exclusions").factory(),
                        // After close(): what is learned stays here.
                        new ThreadPoolExecutor.DiscardPolicy());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        loadVerdicts();
    }

    private void loadVerdicts() {
        try {
            verdicts.load().forEach(ledger::restore);
            kept = ledger.rulings();
        } catch (IOException e) {
            // The edge serves without: what was confirmed is inspected again, which its clients
            // notice and nobody is endangered by. The other edges tell what they have.
            meters.unkept().increment();
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("file", verdicts.file())
                    .log("confirmed exclusions on disk cannot be read");
        }
    }

    /** Begins to share. */
    public SiteExclusions start() {
        every(LOOK_EVERY, this::goThrough);
        every(PAUSE, this::follow);
        return this;
    }

    private void every(Duration pause, Runnable round) {
        var _ =
                thread.scheduleWithFixedDelay(
                        backstop.around(round), 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** For the data path. */
    public Exclusions exclusions() {
        return keeper;
    }

    /** For the control plane. */
    public ExclusionDesk desk() {
        return desk;
    }

    /** What there is now. */
    List<Entry> entries() {
        return ledger.entries(clock.instant());
    }

    /** On any thread. What does not fit is shared when all of it is gone through. */
    private void share(List<? extends Note> notes) {
        for (var note : notes) {
            if (!outbound.offer(note)) {
                unshared();
            }
        }
        if (!notes.isEmpty() && sending.compareAndSet(false, true)) {
            thread.execute(backstop.around(this::send));
        }
    }

    /** An administrator has spoken here: on disk first, so that what is answered is kept. */
    private void ruled(List<? extends Note> notes) {
        keep();
        share(notes);
    }

    private void unshared() {
        meters.unshared().increment();
        incomplete.set(true);
        lookAgain();
    }

    private void lookAgain() {
        if (lookingAgain.compareAndSet(false, true)) {
            var _ =
                    thread.schedule(
                            backstop.around(this::goThrough),
                            PAUSE.toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void send() {
        sending.set(false); // First: whoever adds from here on is not overlooked.
        var batch = new ArrayList<Note>();
        while (outbound.drainTo(batch, BATCH) > 0) {
            var now = clock.instant();
            write(batch, now);
            batch.clear();
        }
    }

    /** Waits: the carrier takes a bounded number at a time, and each call has its deadline. */
    private void write(List<Note> batch, Instant now) {
        CompletableFuture.allOf(
                        batch.stream()
                                .map(note -> write(note, now))
                                .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private CompletableFuture<Void> write(Note note, Instant now) {
        return map.write(
                        NoteCodec.key(note),
                        NoteCodec.encode(note).toByteArray(),
                        NoteCodec.timeToLive(note, now))
                .thenAccept(
                        storing -> {
                            switch (storing) {
                                case SiteMap.Stored() -> {}
                                case SiteMap.Unavailable _ -> unshared();
                            }
                        })
                .toCompletableFuture();
    }

    private void keep() {
        synchronized (verdicts) {
            var rulings = ledger.rulings();
            if (rulings == kept) {
                return;
            }
            try {
                verdicts.save(ledger.verdicts());
                kept = rulings;
            } catch (IOException e) {
                // It holds all the same, here and at the other edges; only a restart of all of
                // them would lose it. Tried again when all is gone through.
                meters.unkept().increment();
                LOG.atError()
                        .setCause(e)
                        .addKeyValue("file", verdicts.file())
                        .log("confirmed exclusions are not kept on disk");
            }
        }
    }

    /** A member of the cluster that went down comes back as one that nobody follows yet. */
    private void follow() {
        switch (map.follow(follower)) {
            case SiteMap.Begun() -> lookAgain();
            case SiteMap.Followed(), SiteMap.Unavailable _ -> {}
        }
    }

    private void goThrough() {
        lookingAgain.set(false);
        ledger.sweep(clock.instant());
        switch (map.all()) {
            case All(var readings) -> {
                takeAll(readings);
                rewrite();
            }
            case Away _ -> lookAgain();
        }
        keep();
        var entries = ledger.entries(clock.instant());
        standing.forEach(
                (basis, count) ->
                        count.set(
                                (int)
                                        entries.stream()
                                                .filter(each -> each.basis() == basis)
                                                .count()));
    }

    private void takeAll(List<Reading> readings) {
        readings.stream()
                .map(this::note)
                .flatMap(Optional::stream)
                // What voids comes behind what it voids.
                .sorted(Comparator.comparing(note -> note instanceof Acceptance))
                .forEach(this::take);
    }

    /** What the map lost, or never got, and what another edge may have missed. */
    private void rewrite() {
        var now = clock.instant();
        if (!incomplete.getAndSet(false) && now.isBefore(rewritten.plus(REWRITE_EVERY))) {
            return;
        }
        rewritten = now;
        var own = ledger.own(now);
        for (int from = 0; from < own.size(); from += BATCH) {
            write(own.subList(from, Math.min(from + BATCH, own.size())), now);
        }
    }

    /** An edge of this site has written that, just now. On the carrier's threads. */
    private void heard(Reading reading) {
        note(reading).ifPresent(this::take);
    }

    private Optional<Note> note(Reading reading) {
        return switch (reading) {
            case SealedMap.Value(ByteString value) -> {
                var note = NoteCodec.decode(value);
                if (note.isEmpty()) {
                    meters.rejected().increment();
                }
                yield note;
            }
            case SealedMap.Foreign _ -> {
                meters.foreign().increment();
                yield Optional.empty();
            }
            case SealedMap.Nothing _, SealedMap.Away _ -> Optional.empty();
        };
    }

    private void take(Note note) {
        ledger.take(note, clock.instant())
                .ifPresent(
                        voided -> {
                            meters.taken().increment();
                            share(voided);
                            if (note instanceof Verdict) {
                                thread.execute(backstop.around(this::keep));
                            }
                        });
    }

    /**
     * Writes what is still to be shared, for some seconds; what was learned stays at the others.
     */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        keep();
    }

    /** The name of the shared map. */
    public static final String MAP = "exclusions";

    /** More than a site refuses in a second. */
    private static final int OUTBOUND = 10_000;

    /** Half of what the carrier takes at a time. */
    private static final int BATCH = 128;

    /** After something was away. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** In between, the map tells what is written. */
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private static final Duration REWRITE_EVERY = Duration.ofMinutes(10);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(SiteExclusions.class);
}
