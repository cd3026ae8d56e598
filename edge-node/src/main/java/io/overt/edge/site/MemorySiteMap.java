package io.overt.edge.site;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/**
 * What stands in for a shared map where the site cluster is off: this process's own memory. Sealed
 * bytes are a third of what a ready credential costs, so it is worth having behind the local cache.
 */
final class MemorySiteMap implements SiteMap {
    private final Cache<ByteString, Entry> entries;
    private final MapCounters counters;
    private final CopyOnWriteArrayList<BiConsumer<ByteString, ByteString>> followers =
            new CopyOnWriteArrayList<>();

    private record Entry(ByteString value, Duration timeToLive) {}

    /**
     * An empty map.
     *
     * @param name for the counters
     * @param limit how many bytes of keys and values are kept
     * @param ticker what time to live is measured with
     */
    MemorySiteMap(String name, long limit, Ticker ticker, MeterRegistry meters) {
        this.counters = new MapCounters(meters, name);
        this.entries =
                Caffeine.newBuilder()
                        .maximumWeight(limit)
                        .weigher((ByteString key, Entry entry) -> key.size() + entry.value().size())
                        .ticker(ticker)
                        .expireAfter(
                                Expiry.writing((ByteString _, Entry entry) -> entry.timeToLive()))
                        .executor(Runnable::run)
                        .build();
    }

    @Override
    public CompletionStage<Lookup> find(ByteString key) {
        Entry entry = entries.getIfPresent(key);
        Lookup lookup = entry == null ? new Absent() : new Found(entry.value());
        return CompletableFuture.completedFuture(counters.count(lookup));
    }

    @Override
    public Following follow(BiConsumer<ByteString, ByteString> seen) {
        return followers.addIfAbsent(seen) ? new Begun() : new Followed();
    }

    @Override
    public Clearing clear() {
        entries.invalidateAll();
        return new Cleared();
    }

    @Override
    public Everything all() {
        var values = new HashMap<ByteString, ByteString>();
        entries.asMap().forEach((key, entry) -> values.put(key, entry.value()));
        return new Entries(values);
    }

    @Override
    public CompletionStage<Storing> store(ByteString key, ByteString value, Duration timeToLive) {
        entries.put(key, new Entry(value, timeToLive));
        followers.forEach(each -> each.accept(key, value));
        return CompletableFuture.completedFuture(counters.count(new Stored()));
    }
}
