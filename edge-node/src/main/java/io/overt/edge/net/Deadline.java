package io.overt.edge.net;

import io.netty.channel.EventLoop;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Stage;
import io.overt.edge.net.DataPathSettings.Deadlines;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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
    private final BooleanSupplier halfClosed;
    private final Consumer<Event> events;
    private Stage stage = Stage.ARRIVING;
    private @Nullable ScheduledFuture<?> running;

    /**
     * @param lastMoved when a byte last came from or went to either side, by {@code nanoTime}
     * @param halfClosed whether one side of a relay has ended, and with it the other has less time
     * @param events hears {@link DeadlinePassed}
     */
    Deadline(
            EventLoop loop,
            Deadlines settings,
            LongSupplier nanoTime,
            LongSupplier lastMoved,
            BooleanSupplier halfClosed,
            Consumer<Event> events) {
        this.loop = loop;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.lastMoved = lastMoved;
        this.halfClosed = halfClosed;
        this.events = events;
    }

    /** In place of the one that runs. */
    void start(Stage next) {
        stop();
        stage = next;
        schedule(isRelay() ? quietAllowed() : settings.of(stage).toNanos());
    }

    /** One side has ended: what the other still does in a relay has less time. */
    void ended() {
        if (isRelay() && running != null && !running.isDone()) {
            stop();
            timeIsUp();
        }
    }

    void stop() {
        if (running != null) {
            running.cancel(false);
        }
    }

    private void schedule(long nanos) {
        running = loop.schedule(this::timeIsUp, nanos, TimeUnit.NANOSECONDS);
    }

    private void timeIsUp() {
        if (isRelay()) {
            var allowed = quietAllowed();
            var quiet = nanoTime.getAsLong() - lastMoved.getAsLong();
            if (quiet < allowed) {
                schedule(allowed - quiet);
                return;
            }
        }
        events.accept(new DeadlinePassed(stage));
    }

    private boolean isRelay() {
        return stage == Stage.RELAYING || stage == Stage.FORWARDING || stage == Stage.SPLICING;
    }

    private long quietAllowed() {
        var idle = settings.idle();
        var half = settings.halfClosed();
        return (halfClosed.getAsBoolean() && half.compareTo(idle) < 0 ? half : idle).toNanos();
    }
}
