package io.overt.edge.net;

import io.netty.channel.epoll.EpollSocketChannel;
import io.overt.edge.flow.Command.CloseStyle;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Known;
import io.overt.edge.flow.OriginalDestination;
import io.overt.edge.record.Observations;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Both legs of one connection, to the client and to the upstream, if there is one: how the upstream
 * is dialled, what they have in common, how they are closed. Confined to their event loop, but for
 * {@link #pending}.
 */
final class Legs {
    private final Shell shell;
    private final EpollSocketChannel client;
    private final Observations observations;
    private final Consumer<Event> events;
    private final Tap clientTap;
    private Runnable ended = () -> {};

    /** While an upstream was reached and is not used yet, or is being reached. */
    private @Nullable UpstreamRace race;

    /** Written on the event loop; {@link #pending} reads it from elsewhere. */
    private volatile @Nullable UpstreamConnection upstream;

    /**
     * @param events hears what becomes of the upstream's leg
     */
    Legs(
            Shell shell,
            EpollSocketChannel client,
            Observations observations,
            Consumer<Event> events) {
        this.shell = shell;
        this.client = client;
        this.observations = observations;
        this.events = events;
        this.clientTap = new Tap(shell.nanoTime());
    }

    /** Calls {@code what} for each leg that ends, from before it is dialled on. */
    void whenEnded(Runnable what) {
        ended = what;
        clientTap.whenEnded(what);
    }

    /** Notes what the client's leg does, once it is in its pipeline. */
    Tap clientTap() {
        return clientTap;
    }

    // ---- To the upstream

    /** How the destination is reached: directly, or through the parent proxy. */
    ParentRoute.Way way(Optional<OriginalDestination> to) {
        var way =
                to.<ParentRoute.Way>map(shell.parent()::to).orElseGet(ParentRoute.Way.Direct::new);
        if (way instanceof ParentRoute.Way.ThroughParent(var proxy, _, _, _)) {
            observations.parentProxy(proxy);
        }
        return way;
    }

    /**
     * Connects to whichever destination answers, to be used by {@link #dial} later.
     *
     * @param destinations at least one, in the order to be tried
     */
    void reach(List<Known.Arrived> destinations) {
        race =
                new UpstreamRace(
                        client.eventLoop(),
                        destinations,
                        (destination, told) ->
                                begin(
                                        destination,
                                        destination.to().address(),
                                        UpstreamConnection.Purpose.INSPECT,
                                        told),
                        events);
        race.start();
    }

    /**
     * Connects, or takes what was reached, if that still stands.
     *
     * @param known whose connection it is, and where they meant to go
     */
    void dial(Known known, InetSocketAddress to, UpstreamConnection.Purpose purpose) {
        if (race != null) {
            var reached = race.winner();
            race = null;
            if (reached != null) {
                upstream = reached;
                if (reached.adopt(purpose)) {
                    return;
                }
                reached.abandon();
            }
        }
        upstream = begin(known, to, purpose, events);
    }

    private UpstreamConnection begin(
            Known known,
            InetSocketAddress to,
            UpstreamConnection.Purpose purpose,
            Consumer<Event> told) {
        return UpstreamConnection.dial(
                shell,
                client,
                known.acceptance().client(),
                to,
                way(known.destination()),
                purpose,
                ended,
                told);
    }

    /**
     * @throws IllegalStateException if there is none
     */
    UpstreamConnection upstream() {
        var connection = upstream;
        if (connection == null) {
            throw new IllegalStateException("no upstream");
        }
        return connection;
    }

    /**
     * Closes the upstream's leg, if there is one. What was reached and not used yet is as fresh as
     * a new connection, and stays; {@link #close} closes it.
     */
    void abandonUpstream() {
        var connection = upstream;
        if (connection != null) {
            connection.abandon();
            upstream = null;
        }
    }

    // ---- Both

    /** Bytes that came from the upstream. */
    long upstreamBytes() {
        var connection = upstream;
        return connection == null ? 0 : connection.bytes();
    }

    /** When something last moved on either. */
    long lastMoved() {
        var connection = upstream;
        return connection == null
                ? clientTap.lastMoved()
                : Math.max(clientTap.lastMoved(), connection.lastMoved());
    }

    /** Whether the client's has ended. */
    boolean hasClientEnded() {
        return clientTap.hasEnded();
    }

    /** Whether one of them has ended. */
    boolean isHalfClosed() {
        var connection = upstream;
        return clientTap.hasEnded() || (connection != null && connection.hasEnded());
    }

    /** What waits in this process for a peer to take it, in bytes. From any thread. */
    long pending() {
        var connection = upstream;
        return pending(client) + (connection == null ? 0 : pending(connection.channel()));
    }

    void close(CloseStyle style) {
        if (race != null) {
            race.stop();
            var reached = race.winner();
            if (reached != null) {
                reached.abandon();
            }
        }
        var connection = upstream;
        switch (style) {
            case GRACEFUL -> {
                closeOrReset(client);
                if (connection != null) {
                    closeOrReset(connection.channel());
                    connection.abandon();
                }
            }
            case CLIENT_KEPT -> {
                if (connection != null) {
                    connection.abandon();
                }
            }
            case RESET -> {
                RelayEnd.reset(client);
                if (connection != null) {
                    RelayEnd.reset(connection.channel());
                }
            }
        }
    }

    /** A peer that has not taken what it was sent gets no end that would call it complete. */
    private static void closeOrReset(EpollSocketChannel channel) {
        if (pending(channel) > 0) {
            RelayEnd.reset(channel);
        } else {
            var _ = channel.close();
        }
    }

    private static long pending(EpollSocketChannel channel) {
        var buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }
}
