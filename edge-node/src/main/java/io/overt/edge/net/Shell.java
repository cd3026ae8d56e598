package io.overt.edge.net;

import io.overt.edge.exclusion.Exclusions;
import io.overt.edge.flow.Conclusion;
import io.overt.edge.forge.LeafForge;
import io.overt.edge.login.Authenticator;
import io.overt.edge.record.ConnectionMeters;
import io.overt.edge.record.ConnectionRecord;
import io.overt.edge.record.Observations;
import io.overt.edge.record.RecordSink;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What all connections of an edge share, and the settings of those that began with it: a change of
 * the settings makes another one, {@link #with}, and live connections keep theirs. Thread-safe.
 */
final class Shell {
    private final DataPathSettings settings;
    private final Policies policies;
    private final LeafForge forge;
    private final Verifier verifier;
    private final Resolver resolver;
    private final Map<String, Authenticator> authenticators;
    private final ParentRoute parent;
    private final Destinations destinations;
    private final ClientLeg clientLeg;
    private final UpstreamLeg upstreamLeg;
    private final UpstreamHabits habits;
    private final RecordSink records;
    private final ConnectionMeters meters;
    private final Exclusions exclusions;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Set<FlowRunner> open;
    private final Admission admission;
    private final AtomicInteger inspections;
    private final ReentrantLock drain;

    /** Signalled when the last open connection is over. */
    private final Condition emptied;

    Shell(
            DataPathSettings settings,
            Policies policies,
            LeafForge forge,
            Verifier verifier,
            Resolver resolver,
            Map<String, Authenticator> authenticators,
            ParentRoute parent,
            Destinations destinations,
            ClientLeg clientLeg,
            UpstreamLeg upstreamLeg,
            UpstreamHabits habits,
            RecordSink records,
            ConnectionMeters meters,
            Exclusions exclusions,
            Clock clock,
            LongSupplier nanoTime) {
        this.settings = settings;
        this.policies = policies;
        this.forge = forge;
        this.verifier = verifier;
        this.resolver = resolver;
        this.authenticators = Map.copyOf(authenticators);
        this.parent = parent;
        this.destinations = destinations;
        this.clientLeg = clientLeg;
        this.upstreamLeg = upstreamLeg;
        this.habits = habits;
        this.records = records;
        this.meters = meters;
        this.exclusions = exclusions;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.open = ConcurrentHashMap.newKeySet();
        this.admission = new Admission();
        this.inspections = new AtomicInteger();
        this.drain = new ReentrantLock();
        this.emptied = drain.newCondition();
        meters.watch(open::size, inspections::get, admission::hellos, admission::clients);
        meters.watchPending(() -> open.stream().mapToLong(FlowRunner::pending).sum());
    }

    private Shell(Shell before, DataPathSettings settings) {
        this.settings = settings;
        this.policies = before.policies;
        this.forge = before.forge;
        this.verifier = before.verifier;
        this.resolver = before.resolver;
        this.authenticators = before.authenticators;
        this.parent = before.parent;
        this.destinations = before.destinations;
        this.clientLeg = before.clientLeg;
        this.upstreamLeg = before.upstreamLeg;
        this.habits = before.habits;
        this.records = before.records;
        this.meters = before.meters;
        this.exclusions = before.exclusions;
        this.clock = before.clock;
        this.nanoTime = before.nanoTime;
        this.open = before.open;
        this.admission = before.admission;
        this.inspections = before.inspections;
        this.drain = before.drain;
        this.emptied = before.emptied;
    }

    /** The same for connections that begin with other settings: places are counted together. */
    Shell with(DataPathSettings settings) {
        return new Shell(this, settings);
    }

    DataPathSettings settings() {
        return settings;
    }

    Policies policies() {
        return policies;
    }

    LeafForge forge() {
        return forge;
    }

    Verifier verifier() {
        return verifier;
    }

    Resolver resolver() {
        return resolver;
    }

    /** By the name of the listener that asks. */
    Map<String, Authenticator> authenticators() {
        return authenticators;
    }

    ParentRoute parent() {
        return parent;
    }

    Destinations destinations() {
        return destinations;
    }

    ClientLeg clientLeg() {
        return clientLeg;
    }

    UpstreamLeg upstreamLeg() {
        return upstreamLeg;
    }

    UpstreamHabits habits() {
        return habits;
    }

    ConnectionMeters meters() {
        return meters;
    }

    Exclusions exclusions() {
        return exclusions;
    }

    Clock clock() {
        return clock;
    }

    LongSupplier nanoTime() {
        return nanoTime;
    }

    Admission admission() {
        return admission;
    }

    /** Takes one of the places for inspected connections; false if there is none. */
    boolean beginInspection() {
        if (inspections.incrementAndGet() <= settings.limits().inspections()) {
            return true;
        }
        inspections.decrementAndGet();
        return false;
    }

    void endInspection() {
        inspections.decrementAndGet();
    }

    void entered(FlowRunner runner) {
        open.add(runner);
    }

    /** The one place where a connection's record is made. */
    void concluded(FlowRunner runner, Conclusion conclusion, Observations observations) {
        try {
            meters.count(conclusion);
            records.accept(
                    new ConnectionRecord(
                            settings.site(), settings.edge(), conclusion, observations));
        } finally {
            // Last: who waits for the end of all connections finds their records written.
            left(runner);
        }
    }

    /** It is over. */
    void left(FlowRunner runner) {
        open.remove(runner);
        if (open.isEmpty()) {
            drain.lock();
            try {
                emptied.signalAll();
            } finally {
                drain.unlock();
            }
        }
    }

    /** Waits until no connection is open, at most so long; not on an event loop. */
    void awaitEmpty(Duration atMost) throws InterruptedException {
        drain.lock();
        try {
            var left = atMost.toNanos();
            while (!open.isEmpty() && left > 0) {
                left = emptied.awaitNanos(left);
            }
        } finally {
            drain.unlock();
        }
    }

    Set<FlowRunner> open() {
        return open;
    }
}
