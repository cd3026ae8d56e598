package io.overt.edge.forge;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.ForgeKey;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tier 1: leaves of this process, ready for an engine. Owns them: whatever leaves the cache, for
 * whatever reason, is closed. Thread-safe and quick.
 */
final class LocalLeaves implements AutoCloseable {
    private final Cache<ForgeKey, Entry> leaves;
    private volatile boolean closed;

    private record Entry(ForgedLeaf leaf, CertificateFingerprint issuer, Duration timeToLive) {}

    LocalLeaves(LeafCacheConfig config, Ticker ticker, MeterRegistry meters) {
        this.leaves =
                Caffeine.newBuilder()
                        .maximumSize(config.maxLeaves())
                        .ticker(ticker)
                        .expireAfter(
                                Expiry.writing((ForgeKey _, Entry entry) -> entry.timeToLive()))
                        .removalListener(
                                (@Nullable ForgeKey _, @Nullable Entry entry, RemovalCause _) ->
                                        close(entry))
                        // Closing a leaf is one native call: not worth a thread.
                        .executor(Runnable::run)
                        .build();
        Gauge.builder("overt.leaf.cache.leaves", leaves, Cache::estimatedSize)
                .description("Forged leaves that this process keeps ready.")
                .register(meters);
    }

    Optional<ForgedLeaf> find(ForgeKey name) {
        return Optional.ofNullable(leaves.getIfPresent(name)).map(Entry::leaf);
    }

    /** Keeps {@code leaf} and owns it from here on. */
    void keep(ForgeKey name, ForgedLeaf leaf, CertificateFingerprint issuer, Duration timeToLive) {
        leaves.put(name, new Entry(leaf, issuer, timeToLive));
        if (closed) {
            // close() may have emptied the cache just before.
            leaves.invalidate(name);
        }
    }

    /** Lets go of every leaf by an issuer that nobody vouches for any more. */
    void keepOnly(Set<CertificateFingerprint> issuers) {
        leaves.asMap().values().removeIf(entry -> !issuers.contains(entry.issuer()));
    }

    /** Lets go of every leaf that has one of these keys. */
    void letGo(Set<PublicKey> keys) {
        leaves.asMap()
                .values()
                .removeIf(entry -> keys.contains(entry.leaf().certificate().getPublicKey()));
    }

    @Override
    public void close() {
        closed = true;
        leaves.invalidateAll();
        leaves.cleanUp();
    }

    private static void close(@Nullable Entry entry) {
        if (entry != null) {
            entry.leaf().close();
        }
    }
}
