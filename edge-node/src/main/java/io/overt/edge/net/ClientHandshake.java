package io.overt.edge.net;

import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.ClientHandshakeFailed;
import io.overt.edge.flow.Event.ClientHandshaken;
import io.overt.edge.flow.Event.ClientLeft;
import io.overt.edge.flow.Event.LeafRefused;
import io.overt.edge.forge.ForgedLeaf;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * TLS with the client under a forged leaf, and what became of it. Confined to the event loop of the
 * client's channel.
 */
final class ClientHandshake {
    private ClientHandshake() {}

    /**
     * Appends TLS, the tap and a holder to the client's pipeline; the handshake begins with the
     * bytes that are handed to it. Once it is done reading is off.
     *
     * @param alpn the only protocol to agree on, as the upstream chose
     * @param events hears once how the handshake ended
     */
    static void begin(
            ClientLeg leg,
            EpollSocketChannel client,
            Tap tap,
            Optional<String> alpn,
            ForgedLeaf leaf,
            Consumer<Event> events)
            throws SSLException {
        var engine = leg.engine(client.alloc(), alpn, leaf);
        var tls = new SslHandler(engine);
        tls.setHandshakeTimeoutMillis(0); // The machine has the deadlines.
        // From here on a client that closes is gone: a FIN ends the handshake at once.
        client.config().setAllowHalfClosure(false);
        var clear = new ClearAlert();
        client.pipeline().addLast(clear, tls, tap, new Holder());
        tls.handshakeFuture()
                .addListener(
                        done -> {
                            if (done.isSuccess()) {
                                client.pipeline().remove(clear);
                                client.config().setAutoRead(false);
                                client.config().setAllowHalfClosure(true);
                                events.accept(new ClientHandshaken(TlsSessions.of(engine, alpn)));
                            } else {
                                events.accept(failure(done.cause(), clear));
                            }
                        });
    }

    private static Event failure(Throwable cause, ClearAlert clear) {
        var alert = TlsAlerts.received(cause).or(clear::alert);
        if (alert.isPresent()) {
            return alert.get().refusesCertificate()
                    ? new LeafRefused(alert.get())
                    : new ClientHandshakeFailed(alert, "client sent " + alert.get().text());
        }
        return cause instanceof ClosedChannelException
                        || cause.getCause() instanceof ClosedChannelException
                ? new ClientLeft()
                : new ClientHandshakeFailed(Texts.oneLine(cause));
    }
}
