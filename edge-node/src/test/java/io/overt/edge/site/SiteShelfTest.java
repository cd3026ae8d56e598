package io.overt.edge.site;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.revocation.SiteShelf;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What edges fetched, over a sealed map as they share it. */
class SiteShelfTest {
    private static final byte[] KEY = {1, 2, 3};
    private static final byte[] VALUE = {4, 5};

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SiteMap carrier =
            new MemorySiteMap("upstream", 1 << 20, Ticker.systemTicker(), meters);
    private final SiteSecret secret = SiteSecret.random(new SecureRandom());

    @Test
    void what_one_edge_puts_there_another_reads() {
        shelf(Optional.of(secret)).write(KEY, VALUE, Duration.ofHours(1));

        assertThat(read(shelf(Optional.of(secret)))).contains(ByteString.copyFrom(VALUE));
    }

    @Test
    void what_was_put_there_under_another_secret_is_not_there() {
        shelf(Optional.of(SiteSecret.random(new SecureRandom())))
                .write(KEY, VALUE, Duration.ofHours(1));

        assertThat(read(shelf(Optional.of(secret)))).isEmpty();
    }

    @Test
    void without_a_secret_nothing_is_shared_and_nothing_waits() {
        shelf(Optional.empty()).write(KEY, VALUE, Duration.ofHours(1));

        assertThat(read(shelf(Optional.empty()))).isEmpty();
    }

    private SiteShelf shelf(Optional<SiteSecret> known) {
        return SiteShelf.of(new SealedMap("upstream", carrier, () -> known, new SecureRandom()));
    }

    private static Optional<ByteString> read(SiteShelf shelf) {
        return shelf.read(KEY).toCompletableFuture().join();
    }
}
