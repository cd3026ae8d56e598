package io.overt.edge.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollSocketChannel;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.ClientLeft;
import io.overt.edge.flow.Event.RefusalSent;
import io.overt.edge.flow.Refusal;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Tells a client no, so that it hears it: what is written is followed by a FIN, and the client's
 * bytes are read on for a while, since closing with some unread would reset what it was told.
 * Confined to the event loop of the client's channel.
 */
final class ClientRefusal {
    private ClientRefusal() {}

    /**
     * @param page makes the answer to a request to the explicit proxy
     * @param front still in the client's pipeline
     * @param events hears {@link RefusalSent} when the client has closed or had its time, or {@link
     *     ClientLeft} when it could not be told
     */
    static void send(
            Refusal refusal,
            Function<Refusal.ConnectAnswer, byte[]> page,
            DataPathSettings settings,
            EpollSocketChannel client,
            ClientFront front,
            Consumer<Event> events) {
        switch (refusal) {
            case Refusal.Alert alert ->
                    answer(RefusalWire.of(alert), settings, client, front, events);
            case Refusal.ConnectAnswer connect ->
                    answer(page.apply(connect), settings, client, front, events);
            case Refusal.Fin() -> answer(new byte[0], settings, client, front, events);
            case Refusal.Reset() -> {
                RelayEnd.reset(client);
                events.accept(new RefusalSent());
            }
        }
    }

    private static void answer(
            byte[] wire,
            DataPathSettings settings,
            EpollSocketChannel client,
            ClientFront front,
            Consumer<Event> events) {
        client.writeAndFlush(Unpooled.wrappedBuffer(wire))
                .addListener(
                        (ChannelFuture written) -> {
                            if (!written.isSuccess()) {
                                events.accept(new ClientLeft());
                                return;
                            }
                            var _ = client.shutdownOutput();
                            front.awaitEnd();
                            var linger = settings.deadlines().linger().toNanos();
                            var _ =
                                    client.eventLoop()
                                            .schedule(
                                                    () -> events.accept(new RefusalSent()),
                                                    linger,
                                                    TimeUnit.NANOSECONDS);
                        });
    }
}
