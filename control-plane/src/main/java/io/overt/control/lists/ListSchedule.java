package io.overt.control.lists;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.store.ListStore;
import io.overt.policy.DeclaredList;
import io.overt.policy.DeclaredList.Source.Fetched;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at each place as often as the newest version says, a tenth of that sooner or later, and a
 * few at a time; after a failure sooner. Says when something has changed. A virtual thread of its
 * own keeps it; whoever starts it closes it.
 */
public final class ListSchedule implements AutoCloseable {
    private final ListSources sources;
    private final Supplier<List<DeclaredList>> declared;
    private final BooleanSupplier mine;
    private final Runnable changed;
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<String, Instant> due = new ConcurrentHashMap<>();
    private final Semaphore slots = new Semaphore(AT_ONCE);
    private volatile List<Thread> running = List.of();

    /** As of the last round: whoever scrapes does not wait for the store. */
    private volatile long failing;

    /**
     * @param declared the lists of the newest version
     * @param mine whether this process is the one that looks, where several share a store
     * @param changed called on the thread that has looked; publishes
     */
    public ListSchedule(
            ListSources sources,
            Supplier<List<DeclaredList>> declared,
            BooleanSupplier mine,
            Runnable changed,
            Clock clock,
            RandomGenerator random,
            MeterRegistry meters) {
        this.sources = sources;
        this.declared = declared;
        this.mine = mine;
        this.changed = changed;
        this.clock = clock;
        this.random = random;
        Gauge.builder("overt.control.list.sources.failing", this, each -> each.failing)
                .description(
                        "Lists of the newest version whose last look where they are fetched from failed.")
                .register(meters);
        Gauge.builder("overt.control.list.sources", this, each -> each.fetched().size())
                .description("Lists of the newest version that are fetched from somewhere.")
                .register(meters);
    }

    /** Begins. */
    public ListSchedule start() {
        running = List.of(Thread.ofVirtual().name("list-schedule").start(this::keep));
        return this;
    }

    private record Place(DeclaredList list, Fetched from) {}

    private List<Place> fetched() {
        return declared.get().stream()
                .filter(list -> list.source() instanceof Fetched)
                .map(list -> new Place(list, (Fetched) list.source()))
                .toList();
    }

    private long countFailing() {
        return fetched().stream()
                .filter(
                        place ->
                                sources.state(place.list(), place.from())
                                        .filter(state -> !state.problem().isEmpty())
                                        .isPresent())
                .count();
    }

    /** When a place is looked at next, as far as this process has thought about it. */
    Instant next(DeclaredList list, Fetched from) {
        return due.computeIfAbsent(
                list.name() + " " + from.url(),
                _ ->
                        sources.state(list, from)
                                .map(state -> after(state, from))
                                .orElseGet(clock::instant));
    }

    private Instant after(ListStore.Source state, Fetched from) {
        var wait = from.every();
        if (state.failures() > 0) {
            var sooner =
                    FIRST_AGAIN.multipliedBy(1L << Math.min(state.failures() - 1, MOST_DOUBLINGS));
            wait = sooner.compareTo(wait) < 0 ? sooner : wait;
        }
        // A tenth either way: many fleets ask one server, and many lists are asked for daily.
        return state.checked()
                .plusMillis(wait.toMillis() * 9 / 10)
                .plusMillis(random.nextLong(wait.toMillis() / 5 + 1));
    }

    /** Looks at a place now and reckons anew from there. */
    ListSources.Look look(DeclaredList list, Fetched from) {
        try {
            slots.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        try {
            var look = sources.look(list, from);
            due.put(list.name() + " " + from.url(), after(look.source(), from));
            return look;
        } finally {
            slots.release();
        }
    }

    private void keep() {
        try {
            while (true) {
                round();
                Thread.sleep(TICK);
            }
        } catch (InterruptedException _) {
            // close() interrupts; nobody else knows this thread.
            Thread.currentThread().interrupt();
        }
    }

    /** Looks at each place that is due, and returns when all have been looked at. */
    void round() throws InterruptedException {
        lookAtWhatIsDue();
        try {
            failing = countFailing();
        } catch (RuntimeException e) { // The backstop of this path: there is another round.
            LOG.atWarn()
                    .setCause(e)
                    .log("lists that fail could not be counted; the last count stays");
        }
    }

    private void lookAtWhatIsDue() throws InterruptedException {
        try {
            if (!mine.getAsBoolean()) {
                return;
            }
            var now = clock.instant();
            var looks =
                    fetched().stream()
                            .filter(place -> !next(place.list(), place.from()).isAfter(now))
                            .map(
                                    place ->
                                            Thread.ofVirtual()
                                                    .name("list-" + place.list().name())
                                                    .start(() -> lookAndTell(place)))
                            .toList();
            for (var look : looks) {
                look.join();
            }
        } catch (RuntimeException e) { // The backstop of this path: there is another round.
            LOG.atError().setCause(e).log("lists are not looked at because of a defect");
        }
    }

    private void lookAndTell(Place place) {
        try {
            if (look(place.list(), place.from()) instanceof ListSources.Look.Changed) {
                changed.run();
            }
        } catch (RuntimeException e) { // The backstop of this path: the next look is another one.
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("list", place.list().name())
                    .log("a list is not looked at because of a defect");
        }
    }

    @Override
    public void close() {
        running.forEach(Thread::interrupt);
    }

    private static final int AT_ONCE = 4;
    private static final Duration TICK = Duration.ofSeconds(5);
    private static final Duration FIRST_AGAIN = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 16;
    private static final Logger LOG = LoggerFactory.getLogger(ListSchedule.class);
}
