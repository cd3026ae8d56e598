package io.overt.edge.site;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.site.SiteMap.Found;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemorySiteMapTest extends SiteMapContract {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();
    private final SiteMap map = new MemorySiteMap("test", 100_000, nanos::get, meters);

    @Test
    void it_keeps_no_more_bytes_than_allowed() {
        ByteString value = ByteString.copyFrom(new byte[1000]);
        for (int i = 0; i < 1000; i++) {
            map.store(key("k" + i), value, HOUR).toCompletableFuture().join();
        }
        int kept = 0;
        for (int i = 0; i < 1000; i++) {
            kept += find(key("k" + i)) instanceof Found ? 1 : 0;
        }
        assertThat(kept).isBetween(1, 100);
    }

    @Override
    SiteMap map() {
        return map;
    }

    @Override
    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Override
    double calls(String call, String outcome) {
        return meters.counter(
                        "overt.site.map.calls", "map", "test", "call", call, "outcome", outcome)
                .count();
    }
}
