package io.overt.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.forge.SiteForge;
import io.overt.service.admin.Readiness;
import io.overt.service.process.ThreadBackstop;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the readiness condition for leaf keys: they come after the start and may go, with the
 * epoch. A thread of its own that looks twice a second.
 */
final class LeafKeyWatch implements AutoCloseable {
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("leaf-key-watch").factory());

    private LeafKeyWatch() {}

    static LeafKeyWatch start(
            SiteForge forge, Readiness.Condition condition, MeterRegistry meters) {
        var watch = new LeafKeyWatch();
        Runnable look = () -> forge.waitingFor().ifPresentOrElse(condition::unmet, condition::met);
        var _ =
                watch.timer.scheduleWithFixedDelay(
                        new ThreadBackstop("leaf-key-watch", meters).around(look),
                        0,
                        500,
                        TimeUnit.MILLISECONDS);
        return watch;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
