package io.overt.edge.site;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** A site's maps without a cluster, on a carrier that does what a test wants. */
public final class TestMaps {
    private static final byte[] SECRET = {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
        26, 27, 28, 29, 30, 31, 32
    };

    private TestMaps() {}

    /** A map of one site, as each of its edges has it. */
    public static SealedMap sealed(String name, SiteMap carrier) {
        return new SealedMap(
                name, carrier, () -> Optional.of(SiteSecret.of(SECRET)), new SecureRandom());
    }

    /** A map of an edge that has no site secret. */
    public static SealedMap withoutSecret(String name, SiteMap carrier) {
        return new SealedMap(name, carrier, Optional::empty, new SecureRandom());
    }

    /**
     * Carries as it should, until it is told otherwise; then it is away, hangs, or returns what
     * nobody wrote. Thread-safe.
     */
    public static final class Carrier implements SiteMap {
        private final SiteMap memory =
                new MemorySiteMap(
                        "test", 64 << 20, Ticker.systemTicker(), new SimpleMeterRegistry());
        private volatile boolean away;
        private volatile Optional<CountDownLatch> stuck = Optional.empty();
        private volatile UnaryOperator<Map<ByteString, ByteString>> lies = UnaryOperator.identity();

        /** From now on every call is unavailable, or not. */
        public void away(boolean away) {
            this.away = away;
        }

        /** From now on every call that may block does, until the latch falls. */
        public void stuckUntil(CountDownLatch latch) {
            stuck = Optional.of(latch);
        }

        /** What is read of all there is. */
        public void lies(UnaryOperator<Map<ByteString, ByteString>> lies) {
            this.lies = lies;
        }

        /** What it carries now. */
        public Map<ByteString, ByteString> carried() {
            return memory.all() instanceof Entries(var values) ? values : Map.of();
        }

        @Override
        public CompletionStage<Lookup> find(ByteString key) {
            return away ? CompletableFuture.completedFuture(AWAY) : memory.find(key);
        }

        @Override
        public CompletionStage<Storing> store(ByteString key, ByteString value, Duration ttl) {
            return away ? CompletableFuture.completedFuture(AWAY) : memory.store(key, value, ttl);
        }

        @Override
        public Following follow(BiConsumer<ByteString, ByteString> seen) {
            hang();
            return away ? AWAY : memory.follow(seen);
        }

        @Override
        public Clearing clear() {
            hang();
            return away ? AWAY : memory.clear();
        }

        @Override
        public Everything all() {
            hang();
            return away ? AWAY : new Entries(lies.apply(new HashMap<>(carried())));
        }

        private void hang() {
            try {
                if (stuck.isPresent()) {
                    stuck.get().await();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        private static final Unavailable AWAY = new Unavailable("as the test wants it");
    }
}
