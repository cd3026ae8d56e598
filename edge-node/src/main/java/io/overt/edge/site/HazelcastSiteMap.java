package io.overt.edge.site;

import com.google.protobuf.ByteString;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A shared map in the site's Hazelcast. An operation that is given up goes on inside Hazelcast
 * until its own time-out; a bounded number of them may be under way, so that a frozen cluster costs
 * memory and time once and is skipped after that.
 */
final class HazelcastSiteMap implements SiteMap {
    private final Supplier<Optional<IMap<byte[], byte[]>>> map;
    private final Duration deadline;
    private final MapCounters counters;
    private final Semaphore underWay = new Semaphore(UNDER_WAY);

    /** The map of the member that has our listener; another member has another. Guarded by this. */
    private @Nullable IMap<byte[], byte[]> followed;

    /**
     * A view of one map.
     *
     * @param map the map while there is a running member
     * @param name for the counters
     * @param deadline after which a call is {@link Unavailable}
     */
    HazelcastSiteMap(
            Supplier<Optional<IMap<byte[], byte[]>>> map,
            String name,
            Duration deadline,
            MeterRegistry meters) {
        this.map = map;
        this.deadline = deadline;
        this.counters = new MapCounters(meters, name);
    }

    @Override
    public CompletionStage<Lookup> find(ByteString key) {
        CompletableFuture<Lookup> call =
                call(
                        map -> map.getAsync(key.toByteArray()),
                        value ->
                                value == null
                                        ? new Absent()
                                        : new Found(ByteString.copyFrom(value)),
                        Unavailable::new);
        return call.thenApply(counters::count);
    }

    @Override
    public CompletionStage<Storing> store(ByteString key, ByteString value, Duration timeToLive) {
        CompletableFuture<Storing> call =
                call(
                        // Zero would mean for ever.
                        map ->
                                map.setAsync(
                                        key.toByteArray(),
                                        value.toByteArray(),
                                        Math.max(1, timeToLive.toSeconds()),
                                        TimeUnit.SECONDS),
                        _ -> new Stored(),
                        Unavailable::new);
        return call.thenApply(counters::count);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // Of the same member, not only of the same name.
    public synchronized Following follow(BiConsumer<ByteString, ByteString> seen) {
        Optional<IMap<byte[], byte[]>> running = map.get();
        if (running.isEmpty()) {
            return new Unavailable("no running member");
        }
        IMap<byte[], byte[]> now = running.get();
        if (now == followed) {
            return new Followed();
        }
        try {
            now.addEntryListener(new Written(seen), true);
            followed = now;
            return new Begun();
        } catch (RuntimeException e) {
            // As for every other call: a member that is going down throws from a dozen places.
            return new Unavailable(e.toString());
        }
    }

    @Override
    public Clearing clear() {
        Optional<IMap<byte[], byte[]>> running = map.get();
        if (running.isEmpty()) {
            return new Unavailable("no running member");
        }
        try {
            running.get().clear();
            return new Cleared();
        } catch (RuntimeException e) {
            // As for every other call.
            return new Unavailable(e.toString());
        }
    }

    @Override
    public Everything all() {
        Optional<IMap<byte[], byte[]>> running = map.get();
        if (running.isEmpty()) {
            return new Unavailable("no running member");
        }
        try {
            var values = new HashMap<ByteString, ByteString>();
            for (Map.Entry<byte[], byte[]> entry : running.get().entrySet()) {
                values.put(
                        ByteString.copyFrom(entry.getKey()), ByteString.copyFrom(entry.getValue()));
            }
            return new Entries(values);
        } catch (RuntimeException e) {
            // Likewise, and partitions on the move, and no answer within Hazelcast's own time-out.
            return new Unavailable(e.toString());
        }
    }

    /** Hears of writes at any member. */
    private record Written(BiConsumer<ByteString, ByteString> seen)
            implements EntryAddedListener<byte[], byte[]>, EntryUpdatedListener<byte[], byte[]> {
        @Override
        public void entryAdded(EntryEvent<byte[], byte[]> event) {
            pass(event);
        }

        @Override
        public void entryUpdated(EntryEvent<byte[], byte[]> event) {
            pass(event);
        }

        private void pass(EntryEvent<byte[], byte[]> event) {
            seen.accept(ByteString.copyFrom(event.getKey()), ByteString.copyFrom(event.getValue()));
        }
    }

    private <T extends @Nullable Object, R> CompletableFuture<R> call(
            Function<IMap<byte[], byte[]>, CompletionStage<T>> operation,
            Function<T, ? extends R> answer,
            Function<String, ? extends R> unavailable) {
        Optional<IMap<byte[], byte[]>> running = map.get();
        if (running.isEmpty()) {
            return CompletableFuture.completedFuture(unavailable.apply("no running member"));
        }
        if (!underWay.tryAcquire()) {
            return CompletableFuture.completedFuture(
                    unavailable.apply(UNDER_WAY + " operations without an answer"));
        }
        CompletableFuture<R> result = new CompletableFuture<>();
        try {
            // With an executor of its own each time: without one, Hazelcast starts a thread a
            // callback on machines of few cores.
            operation
                    .apply(running.get())
                    .whenCompleteAsync(
                            (value, failure) -> {
                                underWay.release();
                                result.complete(
                                        failure == null
                                                ? answer.apply(value)
                                                : unavailable.apply(failure.toString()));
                            },
                            Runnable::run);
        } catch (RuntimeException e) {
            // A member that is going down throws from a dozen places. Whatever it is, the map is
            // not available.
            underWay.release();
            result.complete(unavailable.apply(e.toString()));
        }
        return result.completeOnTimeout(
                unavailable.apply("no answer within " + deadline.toMillis() + " ms"),
                deadline.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private static final int UNDER_WAY = 256;
}
