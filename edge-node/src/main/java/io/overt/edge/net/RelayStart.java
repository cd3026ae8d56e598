package io.overt.edge.net;

import io.netty.channel.epoll.EpollSocketChannel;
import io.overt.edge.flow.Command.RelayMode;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.http.Http1Filter;
import io.overt.edge.http.PageNotice;
import io.overt.edge.record.Observations;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the relay between a client and its upstream, starts it, and tells how it ended. From then
 * on the handlers that it put into both pipelines have the bytes. Confined to the one event loop of
 * both channels.
 */
final class RelayStart {
    private final Shell shell;
    private final EpollSocketChannel client;
    private final Tap clientTap;
    private final UpstreamConnection upstream;
    private final EpollSocketChannel to;
    private final Consumer<Event> events;

    /**
     * @param clientTap in the client's pipeline already, if there is TLS
     * @param events hears {@link RelayEnded} when both channels are closed
     */
    RelayStart(
            Shell shell,
            EpollSocketChannel client,
            Tap clientTap,
            UpstreamConnection upstream,
            Consumer<Event> events) {
        this.shell = shell;
        this.client = client;
        this.clientTap = clientTap;
        this.upstream = upstream;
        this.to = upstream.channel();
        this.events = events;
    }

    /**
     * Between two TLS sessions.
     *
     * @param policy asked before, so that policy and facts are pinned
     * @param upstreamNames whether the upstream was verified under a certificate that names a host
     */
    void inspect(
            RelayMode mode,
            PolicyAsk policy,
            Predicate<String> upstreamNames,
            Observations observations) {
        whenBothClosed();
        Runnable filter = () -> filter(policy, upstreamNames, observations);
        switch (mode) {
            case HTTP1 -> filter.run();
            case OPAQUE -> relayOpaquely();
            case BY_FIRST_BYTES -> {
                Runnable look = () -> lookAtFirstBytes(filter);
                Holder.watch(client, look);
                Holder.watch(to, look);
                client.config().setAutoRead(true);
                to.config().setAutoRead(true);
                look.run();
            }
        }
    }

    /** Between two sockets; the upstream gets first what {@code front} kept of the client. */
    void splice(ClientFront front) {
        whenBothClosed();
        client.pipeline().addLast(clientTap);
        RelayEnd.join(client, to, shell.settings().deadlines().linger());
        front.handOver();
        Holder.release(to);
        RelayEnd.resume(client);
        RelayEnd.resume(to);
    }

    /** Until one of both says enough; called for whatever comes to be held. */
    private void lookAtFirstBytes(Runnable filter) {
        var verdict =
                Holder.firstBytes(to, 1).length > 0 || Holder.hasEnd(to)
                        ? FirstBytes.Verdict.SOMETHING_ELSE
                        : FirstBytes.of(
                                Holder.firstBytes(client, FirstBytes.ENOUGH),
                                Holder.hasEnd(client));
        switch (verdict) {
            case NEED_MORE -> {}
            case HTTP1 -> takeOver(filter);
            case SOMETHING_ELSE -> takeOver(this::relayOpaquely);
        }
    }

    private void takeOver(Runnable how) {
        Holder.watch(client, () -> {});
        Holder.watch(to, () -> {});
        client.config().setAutoRead(false);
        to.config().setAutoRead(false);
        // Not from inside a read: the handlers that take over expect to be called in turn.
        client.eventLoop().execute(how);
    }

    private void filter(
            PolicyAsk policy, Predicate<String> upstreamNames, Observations observations) {
        observations.filtered();
        var settings = shell.settings();
        new Http1Filter(
                        policy.http(),
                        policy.facts(),
                        upstreamNames::test,
                        settings.http(),
                        new PageNotice(
                                settings.notice().organisation(),
                                settings.notice().url(),
                                Optional.of(observations.id().text())),
                        shell.clock(),
                        observations::http)
                .start(client, to);
        Holder.release(client);
        Holder.release(to);
    }

    private void relayOpaquely() {
        RelayEnd.join(client, to, shell.settings().deadlines().linger());
        Holder.release(client);
        Holder.release(to);
        RelayEnd.resume(client);
        RelayEnd.resume(to);
    }

    /** The relay closes both channels in every case; then it is over. */
    private void whenBothClosed() {
        client.closeFuture()
                .addListener(
                        _ ->
                                to.closeFuture()
                                        .addListener(
                                                _ -> events.accept(new RelayEnded(howItEnded()))));
    }

    private Event.RelayEnd howItEnded() {
        if (isReset(clientTap.failure())) {
            return Event.RelayEnd.CLIENT_RESET;
        }
        if (upstream.insistedOnCertificate()) {
            return Event.RelayEnd.CERTIFICATE_REQUIRED;
        }
        if (isReset(upstream.failure())) {
            return Event.RelayEnd.UPSTREAM_RESET;
        }
        return clientTap.bytes() == 0
                ? Event.RelayEnd.CLIENT_SAID_NOTHING
                : Event.RelayEnd.COMPLETE;
    }

    private static boolean isReset(@Nullable Throwable failure) {
        return failure instanceof IOException && !(failure instanceof SSLException);
    }
}
