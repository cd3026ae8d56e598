package io.overt.edge.site;

import com.google.protobuf.ByteString;
import com.hazelcast.map.IMap;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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
