package io.overt.edge.flow;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * One connection, at one moment. A state holds exactly what is known in it, and {@link #on} is a
 * pure function: the same state and event give the same step.
 *
 * <p>Begin with {@link #begin}; carry out each step's commands in order and feed back what comes of
 * them. Whatever the order, whatever is late or comes twice, {@link Command.Conclude} is emitted
 * once, together with {@link Closed}.
 */
public sealed interface State
        permits Arriving,
                Authenticating,
                AwaitingHello,
                Blocking,
                ClientHandshaking,
                Closed,
                Connecting,
                Deciding,
                DecidingPlain,
                DecidingUnheard,
                Forging,
                Forwarding,
                Peeking,
                PlainConnecting,
                Reaching,
                ReadingConnect,
                ReadingProxyHeader,
                Relaying,
                Resolving,
                Screening,
                SpliceConnecting,
                Splicing,
                UpstreamHandshaking,
                Verifying {

    /** Somebody connected to {@code listener}. */
    static Step begin(Listener listener, InetSocketAddress client) {
        var accepted = new Known.Accepted(listener, client);
        return switch (listener.provenance()) {
            case DIVERT, REDIRECT -> Arriving.enter(accepted);
            case CONNECT -> ReadingConnect.enter(accepted);
            case PROXY_PROTOCOL -> ReadingProxyHeader.enter(accepted);
        };
    }

    /** What is known of the connection so far. */
    Known known();

    /** What timelines, deadlines and metrics call this state. */
    Stage stage();

    /**
     * What the client gets and why, as soon as nothing can change that any more: long before the
     * end, of a connection that lives. What it says once, it and all later states go on to say.
     */
    default Optional<Fate> fate() {
        return Optional.empty();
    }

    /** What {@code event} leads to. */
    Step on(Event event);
}
