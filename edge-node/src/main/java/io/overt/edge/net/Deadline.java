package io.overt.edge.net;

import io.netty.channel.EventLoop;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Stage;
import io.overt.edge.net.DataPathSettings.Deadlines;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one deadline of a connection: that of the stage it is in. A relay's is idleness, which what
 * moved meanwhile puts off. Confined to the event loop.
 */
final class Deadline {
    private final EventLoop loop;
    private final Deadlines settings;
    private final LongSupplier nanoTime;
    private final LongSupplier lastMoved;
    private final Consumer<Event> events;
    private @Nullable ScheduledFuture<?> running;

    /**
     * @param lastMoved when a byte was last read from either side, by {@code nanoTime}
     * @param events hears {@link DeadlinePassed}
     */
    Deadline(
            EventLoop loop,
            Deadlines settings,
            LongSupplier nanoTime,
            LongSupplier lastMoved,
            Consumer<Event> events) {
        this.loop = loop;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.lastMoved = lastMoved;
        this.events = events;
    }

    /** In place of the one that runs. */
    void start(Stage stage) {
        stop();
        schedule(stage, settings.of(stage).toNanos());
    }

    void stop() {
        if (running != null) {
            running.cancel(false);
        }
    }

    private void schedule(Stage stage, long nanos) {
        running = loop.schedule(() -> timeIsUp(stage), nanos, TimeUnit.NANOSECONDS);
    }

    private void timeIsUp(Stage stage) {
        if (stage == Stage.RELAYING || stage == Stage.FORWARDING || stage == Stage.SPLICING) {
            var idle = settings.idle().toNanos();
            var quiet = nanoTime.getAsLong() - lastMoved.getAsLong();
            if (quiet < idle) {
                schedule(stage, idle - quiet);
                return;
            }
        }
        events.accept(new DeadlinePassed(stage));
    }
}
