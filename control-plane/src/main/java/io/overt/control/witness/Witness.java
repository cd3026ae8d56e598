package io.overt.control.witness;

import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.store.WitnessStore;
import io.overt.service.http.BoundedFetch;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches logs: one virtual thread each looks, waits, and looks again. Whoever starts it closes it.
 * What a witness sees changes nothing of what the control plane does with policy: it is a matter
 * for people.
 */
public final class Witness implements AutoCloseable {
    private final BoundedFetch http;
    private final List<Watch> watches;
    private final String key;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    /** One log, what it counts, and what the last look at it said. */
    record Watch(LogWitness witness, WitnessMeters meters, AtomicReference<String> lastWord) {}

    /** Starts to watch. */
    public static Witness start(
            WitnessSettings settings,
            List<WatchedLog> logs,
            WitnessKey key,
            WitnessStore store,
            InstantSource clock,
            MeterRegistry registry) {
        BoundedFetch http = new BoundedFetch();
        List<Watch> watches = new ArrayList<>();
        for (WatchedLog log : logs) {
            LogWitness witness =
                    new LogWitness(
                            log,
                            new LogSource(http, log.url(), settings.deadline()),
                            key,
                            store,
                            clock,
                            settings.staleAfter());
            WitnessMeters meters =
                    new WitnessMeters(
                            registry,
                            log.origin(),
                            witness.forks().isEmpty() ? LogState.UNREACHABLE : LogState.FORKED);
            meters.head(witness.head());
            watches.add(new Watch(witness, meters, new AtomicReference<>("")));
        }
        Witness witness = new Witness(http, watches, key.verifier().vkey());
        for (Watch watch : watches) {
            witness.threads.add(
                    Thread.ofVirtual()
                            .name("witness " + watch.witness().log().origin())
                            .start(() -> witness.watch(watch, settings)));
        }
        return witness;
    }

    private Witness(BoundedFetch http, List<Watch> watches, String key) {
        this.http = http;
        this.key = key;
        this.watches = List.copyOf(watches);
    }

    /** The logs as people see them. */
    public WitnessedLogs seen() {
        return new WitnessedLogs(watches, key);
    }

    List<LogWitness> logs() {
        return watches.stream().map(Watch::witness).toList();
    }

    @Override
    public void close() {
        stopping.countDown();
        threads.forEach(Thread::interrupt);
        http.close();
        try {
            // The store goes after this: nobody may be in the middle of it.
            for (Thread thread : threads) {
                thread.join(CLOSING);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(Watch watch, WitnessSettings settings) {
        try {
            do {
                look(watch);
            } while (!stopping.await(settings.interval().toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void look(Watch watch) {
        try {
            Judgement judgement = watch.witness().look();
            if (stopping.getCount() == 0) {
                return; // what failed while everything ends says nothing
            }
            tell(watch, judgement);
            watch.meters().looked(judgement);
            watch.lastWord().set(judgement.why());
            watch.meters().head(watch.witness().head());
        } catch (RuntimeException e) {
            // The store, or a defect of ours: the backstop of this thread.
            watch.meters().looked(new Judgement.Held(e.toString()));
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("log", watch.witness().log().origin())
                    .log("a look at a log failed");
        }
    }

    /** A change of state is told once. */
    private static void tell(Watch watch, Judgement judgement) {
        switch (judgement) {
            case Judgement.Held(String why) ->
                    LOG.atWarn()
                            .addKeyValue("log", watch.witness().log().origin())
                            .addKeyValue("reason", why)
                            .log("a head was not cosigned");
            case Judgement.OfLog(LogState state, String why) -> {
                if (state == watch.meters().state()) {
                    return;
                }
                var line =
                        switch (state) {
                            case CONSISTENT -> LOG.atInfo();
                            case STALE, UNREACHABLE, MALFORMED -> LOG.atWarn();
                            case FORKED -> LOG.atError();
                        };
                line.addKeyValue("log", watch.witness().log().origin())
                        .addKeyValue("before", watch.meters().state().text())
                        .addKeyValue("reason", why)
                        .log(
                                state == LogState.FORKED
                                        ? "SECURITY: the log has signed two histories; it is never cosigned again"
                                        : "the log is " + state.text());
            }
        }
    }

    private static final Duration CLOSING = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Witness.class);
}
