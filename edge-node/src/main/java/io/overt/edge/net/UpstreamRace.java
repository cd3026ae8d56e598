package io.overt.edge.net;

import io.netty.channel.EventLoop;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.Reached;
import io.overt.edge.flow.Event.UpstreamConnected;
import io.overt.edge.flow.Event.UpstreamUnreachable;
import io.overt.edge.flow.Known;
import io.overt.edge.flow.Symptom;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects to whichever of a name's addresses answers first, in the manner of RFC 8305: one after
 * the other, the next begun when one has failed or has not answered for a while. Confined to the
 * event loop.
 */
final class UpstreamRace {

    /** RFC 8305 §8, "Connection Attempt Delay". */
    private static final long STAGGER_MILLIS = 250;

    private final EventLoop loop;
    private final Deque<Known.Arrived> waiting;
    private final BiFunction<Known.Arrived, Consumer<Event>, UpstreamConnection> dialler;
    private final Consumer<Event> events;
    private final List<UpstreamConnection> attempts = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private @Nullable Symptom first;
    private @Nullable ScheduledFuture<?> next;
    private @Nullable UpstreamConnection winner;
    private boolean over;

    /**
     * @param destinations one for each address, at least one, in the order to be tried
     * @param dialler begins to connect
     * @param events hears {@link Reached}, or {@link UpstreamUnreachable} when none answers
     */
    UpstreamRace(
            EventLoop loop,
            List<Known.Arrived> destinations,
            BiFunction<Known.Arrived, Consumer<Event>, UpstreamConnection> dialler,
            Consumer<Event> events) {
        this.loop = loop;
        this.waiting = new ArrayDeque<>(destinations);
        this.dialler = dialler;
        this.events = events;
    }

    /** Begins. */
    void start() {
        var destination = waiting.poll();
        if (destination == null || over) {
            return;
        }
        // A dial answers later, never from inside the call.
        var mine = new ArrayList<UpstreamConnection>(1);
        var attempt =
                dialler.apply(
                        destination,
                        event ->
                                loop.execute(
                                        () ->
                                                told(
                                                        mine.getFirst(),
                                                        destination.to().address(),
                                                        event)));
        mine.add(attempt);
        attempts.add(attempt);
        if (!waiting.isEmpty()) {
            next = loop.schedule(this::start, STAGGER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void told(UpstreamConnection attempt, InetSocketAddress address, Event event) {
        if (winner == attempt) {
            events.accept(event); // What becomes of it later.
            return;
        }
        if (over) {
            return;
        }
        switch (event) {
            case UpstreamConnected() -> {
                winner = attempt;
                stop();
                events.accept(new Reached(address));
            }
            case UpstreamUnreachable(var symptom, var detail) -> {
                attempt.abandon();
                attempts.remove(attempt);
                failures.add(detail);
                first = first == null ? symptom : first;
                if (!waiting.isEmpty()) {
                    cancelNext();
                    start();
                } else if (attempts.isEmpty()) {
                    over = true;
                    events.accept(new UpstreamUnreachable(first, String.join("; ", failures)));
                }
            }
            default -> {}
        }
    }

    /** The connection that stands, if one does. */
    @Nullable UpstreamConnection winner() {
        return winner;
    }

    /** Gives up all that has not won. */
    void stop() {
        over = true;
        cancelNext();
        for (var attempt : attempts) {
            if (attempt != winner) {
                attempt.abandon();
            }
        }
        attempts.clear();
    }

    private void cancelNext() {
        if (next != null) {
            next.cancel(false);
        }
    }
}
