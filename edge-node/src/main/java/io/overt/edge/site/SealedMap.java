package io.overt.edge.site;

import com.google.protobuf.ByteString;
import io.overt.edge.site.SealedValues.NotOpened;
import io.overt.edge.site.SealedValues.Opened;
import io.overt.edge.site.SiteMap.Absent;
import io.overt.edge.site.SiteMap.Clearing;
import io.overt.edge.site.SiteMap.Entries;
import io.overt.edge.site.SiteMap.Following;
import io.overt.edge.site.SiteMap.Found;
import io.overt.edge.site.SiteMap.Storing;
import io.overt.edge.site.SiteMap.Unavailable;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One of the site's shared maps as its users see it: plain keys and values, sealed on the way in
 * and opened on the way out. That a value opened says that an edge of this site wrote it for this
 * key, not that it is true. Thread-safe; nothing blocks but {@link #follow}, {@link #all} and
 * {@link #clear}.
 */
public final class SealedMap {
    private final String name;
    private final SiteMap carrier;
    private final Supplier<Optional<SiteSecret>> secret;
    private final SecureRandom random;

    /**
     * The keys derived from the last secret seen; replaced as a whole when the site's secret
     * changes.
     */
    private volatile Optional<Derived> derived = Optional.empty();

    /** What the carrier was given for each follower, so that it knows the same one again. */
    private final Map<Consumer<Reading>, BiConsumer<ByteString, ByteString>> followers =
            new ConcurrentHashMap<>();

    private record Derived(SiteSecret from, SealedValues values) {}

    SealedMap(
            String name,
            SiteMap carrier,
            Supplier<Optional<SiteSecret>> secret,
            SecureRandom random) {
        this.name = name;
        this.carrier = carrier;
        this.secret = secret;
        this.random = random;
    }

    /** Reads the value of {@code key}. */
    public CompletionStage<Reading> read(byte[] key) {
        Optional<SealedValues> values = values();
        if (values.isEmpty()) {
            return CompletableFuture.completedFuture(new Away("no site secret yet"));
        }
        ByteString entryKey = values.get().entryKey(key);
        return carrier.find(entryKey)
                .thenApply(
                        lookup ->
                                switch (lookup) {
                                    case Found(ByteString sealed) ->
                                            reading(values.get(), entryKey, sealed);
                                    case Absent _ -> new Nothing();
                                    case Unavailable(String detail) -> new Away(detail);
                                });
    }

    /** Writes {@code value} for {@code key}, to be forgotten after {@code timeToLive}. */
    public CompletionStage<Storing> write(byte[] key, byte[] value, Duration timeToLive) {
        Optional<SealedValues> values = values();
        if (values.isEmpty()) {
            return CompletableFuture.completedFuture(new Unavailable("no site secret yet"));
        }
        ByteString entryKey = values.get().entryKey(key);
        return carrier.store(entryKey, values.get().seal(entryKey, value), timeToLive);
    }

    /**
     * Sees to it that each value that is written from now on, here or at another edge, is passed,
     * as {@link Value} or {@link Foreign}. Blocks, and may have to be called again: see {@link
     * SiteMap#follow}.
     *
     * @param written the same at all calls; called on the carrier's threads, briefly
     */
    public Following follow(Consumer<Reading> written) {
        return carrier.follow(followers.computeIfAbsent(written, this::opening));
    }

    private BiConsumer<ByteString, ByteString> opening(Consumer<Reading> written) {
        return (entryKey, carried) ->
                // By the secret of that moment: it may have changed since. Without one there is no
                // telling, and all() is read again later.
                values().ifPresent(now -> written.accept(reading(now, entryKey, carried)));
    }

    /** Reads every value that there is. Blocks: for a thread of one's own. */
    public Everything all() {
        Optional<SealedValues> values = values();
        if (values.isEmpty()) {
            return new Away("no site secret yet");
        }
        return switch (carrier.all()) {
            case Entries(var carried) -> {
                List<Reading> readings = new ArrayList<>();
                carried.forEach((key, value) -> readings.add(reading(values.get(), key, value)));
                yield new All(readings);
            }
            case Unavailable(String detail) -> new Away(detail);
        };
    }

    /** Forgets every value, here and at the other edges. Blocks: for a thread of one's own. */
    public Clearing clear() {
        return carrier.clear();
    }

    private static Reading reading(SealedValues values, ByteString entryKey, ByteString carried) {
        return switch (values.open(entryKey, carried)) {
            case Opened(ByteString value) -> new Value(value);
            case NotOpened(String detail) -> new Foreign(detail);
        };
    }

    /** What came of reading everything. */
    public sealed interface Everything permits All, Away {}

    /**
     * All that the carrier has, in no order.
     *
     * @param readings each a {@link Value} or {@link Foreign}
     */
    public record All(List<Reading> readings) implements Everything {}

    /** What came of reading. */
    public sealed interface Reading {}

    /** An edge of this site wrote that. */
    public record Value(ByteString value) implements Reading {}

    /** There is nothing. */
    public record Nothing() implements Reading {}

    /**
     * There is something that no edge of this site wrote for this key.
     *
     * @param detail for logs
     */
    public record Foreign(String detail) implements Reading {}

    /**
     * The carrier did not answer in time, or there is none.
     *
     * @param detail for people and logs
     */
    public record Away(String detail) implements Reading, Everything {}

    private Optional<SealedValues> values() {
        Optional<SiteSecret> now = secret.get();
        if (now.isEmpty()) {
            return Optional.empty();
        }
        Optional<Derived> known = derived;
        if (known.isPresent() && known.get().from().equals(now.get())) {
            return Optional.of(known.get().values());
        }
        SealedValues values = new SealedValues(now.get(), name, random);
        derived = Optional.of(new Derived(now.get(), values));
        return Optional.of(values);
    }
}
