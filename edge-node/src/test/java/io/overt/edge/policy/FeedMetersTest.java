package io.overt.edge.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FeedMetersTest {

    @Test
    void the_version_is_still_told_after_a_collection() {
        var meters = new SimpleMeterRegistry();
        var version = new AtomicLong(7);
        var _ = new FeedMeters(meters, version::get, () -> 0);
        var garbage = new WeakReference<>(new Object());

        await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            System.gc();
                            return garbage.get() == null;
                        });

        assertThat(meters.get("overt.edge.policy.version").gauge().value()).isEqualTo(7);
    }
}
