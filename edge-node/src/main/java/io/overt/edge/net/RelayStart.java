package io.overt.edge.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.overt.edge.flow.Command.RelayMode;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.ClientSpoke;
import io.overt.edge.flow.Event.LeafRefused;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.TlsAlert;
import io.overt.edge.http.Http1Filter;
import io.overt.edge.http.PageNotice;
import io.overt.edge.http.PlainUpstream;
import io.overt.edge.record.Observations;
import io.overt.policy.HttpRules;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
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
        var began = shell.nanoTime().getAsLong();
        clientTap.whenItSpeaks(() -> events.accept(new ClientSpoke()));
        var _ = whenBothClosed(() -> howItEnded(began));
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
        var _ = whenBothClosed(() -> new RelayEnded(howItEnded()));
        client.pipeline().addLast(clientTap);
        RelayEnd.join(client, to, shell.settings().deadlines().linger());
        front.handOver();
        Holder.release(to);
        RelayEnd.resume(client);
        RelayEnd.resume(to);
    }

    /**
     * Plain requests, which {@code front} still has.
     *
     * @param handBack takes over the client's connection and what came on it that is not for {@code
     *     destination}; nothing of ours is in its pipeline then
     */
    void forward(
            RelayMode mode,
            PolicyAsk policy,
            PlainUpstream destination,
            ClientFront front,
            Observations observations,
            Consumer<ByteBuf> handBack) {
        var unwatch = whenBothClosed(() -> new RelayEnded(howItEnded()));
        var rules =
                switch (mode) {
                    case HTTP1, BY_FIRST_BYTES -> {
                        observations.filtered();
                        yield Optional.of(policy.http());
                    }
                    case OPAQUE -> Optional.<HttpRules>empty();
                };
        client.pipeline().addLast(clientTap);
        Http1Filter.forwarding(
                        rules,
                        policy.facts(),
                        destination,
                        shell.settings().http(),
                        notice(observations),
                        shell.clock(),
                        observations::http,
                        next -> {
                            // Else a client that goes from host to host keeps what is over.
                            unwatch.run();
                            client.pipeline().remove(clientTap);
                            handBack.accept(next);
                        })
                .start(client, to);
        front.handOver();
        if (front.hasEnded()) {
            client.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        Holder.release(to);
    }

    private PageNotice notice(Observations observations) {
        var settings = shell.settings();
        return new PageNotice(
                settings.notice().organisation(),
                settings.notice().url(),
                Optional.of(observations.id().text()));
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
        client.eventLoop()
                .execute(
                        () -> {
                            if (client.isActive()) {
                                how.run();
                            } else {
                                // It broke off meanwhile, and what it had sent went with it:
                                // handlers that are put into its pipeline now hear nothing more.
                                RelayEnd.reset(to);
                            }
                        });
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
                        notice(observations),
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

    /**
     * The relay closes both channels in every case; then it is over.
     *
     * @return to be called where the client's connection goes on without this relay
     */
    private Runnable whenBothClosed(Supplier<Event> howItEnded) {
        ChannelFutureListener closed =
                _ -> to.closeFuture().addListener(_ -> events.accept(howItEnded.get()));
        client.closeFuture().addListener(closed);
        return () -> client.closeFuture().removeListener(closed);
    }

    /** Under our leaf: also what the client says of it by its end. */
    private Event howItEnded(long began) {
        var end = howItEnded();
        var silent = clientTap.bytes() == 0;
        if (silent && clientTap.failure() != null) {
            var alert =
                    TlsAlerts.received(clientTap.failure()).filter(TlsAlert::refusesCertificate);
            if (alert.isPresent()) {
                return new LeafRefused(alert.get());
            }
        }
        var atOnce =
                silent
                        && clientTap.ended() <= upstream.ended()
                        && clientTap.ended() - began <= AT_ONCE.toNanos();
        return new RelayEnded(
                switch (end) {
                    case CLIENT_SAID_NOTHING -> atOnce ? Event.RelayEnd.CLIENT_HUNG_UP : end;
                    case CLIENT_RESET -> atOnce ? Event.RelayEnd.CLIENT_RESET_AT_ONCE : end;
                    case COMPLETE,
                            UPSTREAM_RESET,
                            CERTIFICATE_REQUIRED,
                            CLIENT_HUNG_UP,
                            CLIENT_RESET_AT_ONCE,
                            HANDED_BACK ->
                            end;
                });
    }

    private Event.RelayEnd howItEnded() {
        // Whatever became of the client behind that.
        if (upstream.insistedOnCertificate()) {
            return Event.RelayEnd.CERTIFICATE_REQUIRED;
        }
        if (isReset(clientTap.failure())) {
            return Event.RelayEnd.CLIENT_RESET;
        }
        if (isReset(upstream.failure())) {
            return Event.RelayEnd.UPSTREAM_RESET;
        }
        return clientTap.bytes() == 0
                ? Event.RelayEnd.CLIENT_SAID_NOTHING
                : Event.RelayEnd.COMPLETE;
    }

    /**
     * A client that compares pins does so between its handshake and its first byte, in
     * milliseconds; a browser keeps a connection that it made ahead of use for ten seconds and
     * more.
     */
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    private static boolean isReset(@Nullable Throwable failure) {
        return failure instanceof IOException && !(failure instanceof SSLException);
    }
}
