package io.overt.edge.revocation;

import com.google.protobuf.ByteString;
import io.overt.edge.site.SealedMap;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Where the edges of a site put what they fetched, for each other. Thread-safe; nothing blocks, and
 * a read completes normally within the site's own deadline.
 */
public interface SiteShelf {
    /** What lies under {@code key}; empty also where the site does not answer. */
    CompletionStage<Optional<ByteString>> read(byte[] key);

    /** Puts {@code value} there, if the site takes it. */
    void write(byte[] key, byte[] value, Duration timeToLive);

    /** A map of the site's. */
    static SiteShelf of(SealedMap map) {
        return new SiteShelf() {
            @Override
            public CompletionStage<Optional<ByteString>> read(byte[] key) {
                return map.read(key)
                        .thenApply(
                                reading ->
                                        switch (reading) {
                                            case SealedMap.Value(var value) -> Optional.of(value);
                                            // Counted by the map.
                                            case SealedMap.Nothing _,
                                                    SealedMap.Foreign _,
                                                    SealedMap.Away _ ->
                                                    Optional.empty();
                                        });
            }

            @Override
            public void write(byte[] key, byte[] value, Duration timeToLive) {
                // Not awaited: whether the site takes it is counted there.
                var _ = map.write(key, value, timeToLive);
            }
        };
    }

    /** Nothing is shared. */
    static SiteShelf none() {
        return new SiteShelf() {
            @Override
            public CompletionStage<Optional<ByteString>> read(byte[] key) {
                return CompletableFuture.completedFuture(Optional.empty());
            }

            @Override
            public void write(byte[] key, byte[] value, Duration timeToLive) {
                // There is no site to take it.
            }
        };
    }
}
