package io.overt.control.lists;

import io.grpc.BindableService;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.store.ListStore;
import io.overt.control.store.SignedVersion;
import io.overt.policy.list.ListDelta;
import io.overt.policy.list.ListTree.Digest;
import io.overt.service.http.Download;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All of a control plane's lists: wires the parts of this package, and is closed by whoever opens
 * it.
 */
public final class Lists implements AutoCloseable {
    private final ListsConfig config;
    private final ListStore store;
    private final Clock clock;
    private final RandomGenerator random;
    private final MeterRegistry meters;
    private final ListPress press;
    private final ListSources sources;
    private final ListDesk desk;
    private final ListPiecesService pieces;

    /**
     * Opens the folder.
     *
     * @throws StartException when it or a trust anchor cannot be used
     */
    public static Lists open(
            ListsConfig config,
            ListStore store,
            Clock clock,
            RandomGenerator random,
            MeterRegistry meters)
            throws StartException {
        try {
            var trust = SourceTrust.read(config.trustAnchors());
            return new Lists(
                    config,
                    store,
                    new ListPress(config.folder()),
                    new Download(trust, config::mayFetchFrom),
                    clock,
                    random,
                    meters);
        } catch (IllegalArgumentException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new StartException(config.folder() + ": cannot be made: " + e, e);
        }
    }

    private Lists(
            ListsConfig config,
            ListStore store,
            ListPress press,
            Download download,
            Clock clock,
            RandomGenerator random,
            MeterRegistry meters) {
        this.config = config;
        this.store = store;
        this.clock = clock;
        this.random = random;
        this.meters = meters;
        this.press = press;
        this.sources =
                new ListSources(
                        store, press, download, config.folder(), config.deadline(), clock, meters);
        this.desk = new ListDesk(press, sources, store, config.compileAbove(), clock);
        this.pieces = new ListPiecesService(store, config.calls(), meters);
    }

    /** For who publishes. */
    public ListDesk desk() {
        return desk;
    }

    /** For edges. */
    public BindableService pieces() {
        return pieces;
    }

    /**
     * What looks at places from now on, and what operators ask.
     *
     * @param schedule to be closed
     * @param admin for operators
     */
    public record Fetching(ListSchedule schedule, BindableService admin) {}

    /**
     * Begins to look at the places that the newest version names.
     *
     * @param mine whether this process is the one that looks, where several share a store
     * @param republish publishes because a list has changed, and says as which version
     */
    public Fetching fetch(
            Supplier<Optional<SignedVersion>> newest,
            BooleanSupplier mine,
            LongSupplier republish) {
        var lists = new NewestLists(newest);
        var schedule = schedule(lists, mine, republish);
        return new Fetching(
                schedule.start(),
                new ListAdminService(
                        lists::declared,
                        lists::named,
                        sources,
                        schedule,
                        () -> publish(republish)));
    }

    /** The same, not begun. */
    ListSchedule schedule(NewestLists lists, BooleanSupplier mine, LongSupplier republish) {
        return new ListSchedule(
                sources, lists::declared, mine, () -> publish(republish), clock, random, meters);
    }

    private long publish(LongSupplier republish) {
        long version = republish.getAsLong();
        prune();
        return version;
    }

    /** Gives up what no version that is kept names. */
    void prune() {
        Set<Digest> kept = new HashSet<>();
        var roots = new HashSet<>(store.newestRoots(config.keptVersions()));
        roots.addAll(store.fetchedRoots());
        for (var root : roots) {
            kept.addAll(
                    ListDelta.members(
                            root, digest -> store.piece(digest).map(MemorySegment::ofArray)));
        }
        int idle = store.keepOnly(kept, clock.instant().minus(UNNAMED));
        if (idle > 0) {
            LOG.atInfo()
                    .addKeyValue("pieces", idle)
                    .log("pieces of lists are given up, which no version that is kept names");
        }
    }

    @Override
    public void close() {
        press.close();
    }

    /** A list is named by a version within seconds of being put. */
    private static final Duration UNNAMED = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(Lists.class);
}
