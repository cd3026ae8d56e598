package io.overt.control.store;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.store.Lease.Held;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * What the control plane remembers, in SQLite or in PostgreSQL. A transaction that has returned is
 * on the disk. Thread-safe; every call blocks, and whoever opens it closes it.
 */
public final class Database implements AutoCloseable {
    private final Engine engine;
    private final Watches watches;
    private final Duration poll;
    private final Duration leaseTerm;

    /** {@link #open(StoreConfig)} of a file. */
    public static Database open(Path file) throws StartException {
        return open(new StoreConfig.InFile(file));
    }

    /**
     * Opens it, makes what is missing, and brings its schema up to this build's.
     *
     * @throws StartException when it cannot be used: not writable, in use, not reachable, damaged,
     *     or written by a newer build
     */
    public static Database open(StoreConfig config) throws StartException {
        var watches = new Watches();
        var engine =
                switch (config) {
                    case StoreConfig.InFile(var file) -> SqliteEngine.open(file);
                    case StoreConfig.InPostgres postgres -> PostgresEngine.open(postgres, watches);
                };
        return new Database(engine, watches, config);
    }

    private Database(Engine engine, Watches watches, StoreConfig config) {
        this.engine = engine;
        this.watches = watches;
        this.poll = config.poll();
        this.leaseTerm = config.lease();
    }

    /**
     * Runs an action after each commit that tells of the topic, of this or another control plane,
     * and now and then without. One run at a time, on a thread of its own; it may block, and a
     * failure of it is counted and logged.
     *
     * @return to be closed before the database
     */
    public AutoCloseable watch(Topic topic, Runnable action, MeterRegistry meters) {
        var watch = new Watch(topic, poll, action, meters, watches::remove);
        watches.add(watch);
        watch.start();
        return watch;
    }

    /** The lease of that name, not held yet; to be closed before the database. */
    public Lease lease(String name) {
        return new Lease(this, name, leaseTerm, System::nanoTime);
    }

    /** Registers whether other control planes are heard. */
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("overt.control.store.hears", engine, each -> each.hears() ? 1 : 0)
                .description("1 while news of other control planes comes by itself.")
                .register(meters);
    }

    /** Whether other control planes may have it open at the same time. */
    public boolean isShared() {
        return engine.isShared();
    }

    /** Whether what other control planes commit is told here, rather than found by looking. */
    boolean hearsOthers() {
        return engine.hears();
    }

    Dialect dialect() {
        return engine.dialect();
    }

    /**
     * Runs in one transaction, while no other one runs, of this or another control plane: what it
     * read still holds when it commits. All of it is on the disk when this returns, or nothing of
     * it ever is.
     */
    <T> T transact(Function<Handle, T> work) {
        return engine.alone(work);
    }

    /**
     * The same for who holds a lease.
     *
     * @return nothing when the lease is another's by now: nothing was done, and nothing may be done
     */
    <T> Optional<T> transact(Held held, Function<Handle, T> work) {
        return engine.alone(
                handle ->
                        Leases.isHeld(handle, held)
                                ? Optional.of(work.apply(handle))
                                : Optional.empty());
    }

    /** Within a transaction: once it is committed, all who watch are told. */
    void tell(Handle handle, Topic topic) {
        engine.tellOthers(handle, topic);
        handle.afterCommit(() -> watches.tell(topic));
    }

    /**
     * The same beside others, for what concerns the rows of one thing and looks at no others: what
     * 2,000 edges say of themselves need not queue behind each other.
     */
    <T> T transactApart(Function<Handle, T> work) {
        return engine.apart(work);
    }

    /** Reads, however many statements it takes, one state of everything. */
    <T> T read(Function<Handle, T> work) {
        return engine.read(work);
    }

    @Override
    public void close() throws SQLException, IOException {
        engine.close();
    }
}
