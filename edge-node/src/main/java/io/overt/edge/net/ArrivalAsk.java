package io.overt.edge.net;

import io.netty.channel.epoll.EpollSocketChannel;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.Authenticated;
import io.overt.edge.flow.Event.AuthenticationFault;
import io.overt.edge.flow.Event.NotAuthenticated;
import io.overt.edge.flow.Event.ProxyHeaderFault;
import io.overt.edge.flow.Event.ProxyHeaderRead;
import io.overt.edge.flow.Event.ProxyHeaderRefused;
import io.overt.edge.flow.Event.Resolved;
import io.overt.edge.flow.OriginalDestination.ConnectTarget;
import io.overt.edge.login.Verdict;
import io.overt.edge.net.DataPathSettings.ListenerSettings;
import io.overt.policy.Cidr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/**
 * Asks for a place for one connection, and then where its client meant to go: the kernel, a load
 * balancer, or the client itself. Confined to the event loop.
 */
final class ArrivalAsk {
    private final Shell shell;
    private final EpollSocketChannel client;
    private final ListenerSettings listener;
    private final ClientFront front;
    private final Admission.Pass pass;
    private final Consumer<Event> events;

    /**
     * @param events hears the answer, or that there is no place
     */
    ArrivalAsk(
            Shell shell,
            EpollSocketChannel client,
            ListenerSettings listener,
            ClientFront front,
            Admission.Pass pass,
            Consumer<Event> events) {
        this.shell = shell;
        this.client = client;
        this.listener = listener;
        this.front = front;
        this.pass = pass;
        this.events = events;
    }

    void kernel() throws Exception {
        var full = pass.enter(shell.settings().limits());
        events.accept(
                full.isPresent()
                        ? full.get()
                        : switch (listener.listener().provenance()) {
                            case DIVERT -> shell.destinations().diverted(client);
                            case REDIRECT -> shell.destinations().redirected(client);
                            case CONNECT, PROXY_PROTOCOL ->
                                    throw new IllegalStateException(
                                            "the peer says it, not the kernel");
                        });
    }

    void connectHead() {
        pass.enter(shell.settings().limits()).ifPresentOrElse(events, front::readConnectHead);
    }

    void resolve(ConnectTarget target) {
        if (shell.parent().looksUp(target.host())) {
            events.accept(
                    new Resolved(InetSocketAddress.createUnresolved(target.host(), target.port())));
            return;
        }
        shell.resolver()
                .resolve(
                        target,
                        to -> shell.destinations().asked(to, listener.localDestinations()),
                        answer -> client.eventLoop().execute(() -> events.accept(answer)));
    }

    /** Whether the request that was read is of a user of this listener. */
    void authenticate(InetAddress from) {
        var authenticator = shell.authenticators().get(listener.listener().name());
        if (authenticator == null) {
            throw new IllegalStateException(listener.listener().name() + " asks nobody");
        }
        authenticator.verify(
                front.authorization(),
                from,
                verdict -> client.eventLoop().execute(() -> events.accept(event(verdict))));
    }

    private static Event event(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Verified(var user) -> new Authenticated(user);
            case Verdict.Missing(var detail) ->
                    new NotAuthenticated(AuthenticationFault.MISSING, detail);
            case Verdict.Wrong(var detail) ->
                    new NotAuthenticated(AuthenticationFault.WRONG, detail);
            case Verdict.TooMany(var detail) ->
                    new NotAuthenticated(AuthenticationFault.TOO_MANY, detail);
            case Verdict.Overload(var detail) ->
                    new NotAuthenticated(AuthenticationFault.OVERLOAD, detail);
        };
    }

    /** A balancer's connections are many clients'; whose this one is comes with its header. */
    void proxyHeader(InetAddress balancer) {
        pass.enter(shell.settings().limits().withoutClients())
                .ifPresentOrElse(events, () -> readProxyHeader(balancer));
    }

    private void readProxyHeader(InetAddress balancer) {
        if (Cidr.anyContains(listener.balancers(), balancer)) {
            front.readProxyHeader(
                    header ->
                            admitted(
                                    shell.destinations()
                                            .announced(header, listener.localDestinations())));
        } else {
            events.accept(
                    new ProxyHeaderRefused(
                            ProxyHeaderFault.PEER_NOT_ALLOWED,
                            balancer.getHostAddress()
                                    + " (expected: one of "
                                    + listener.balancers()
                                    + ")"));
        }
    }

    /** The client that the balancer speaks for needs a place as any other. */
    private Event admitted(Event announced) {
        return announced instanceof ProxyHeaderRead(var whose, _)
                ? pass.enterAs(whose.getAddress(), shell.settings().limits())
                        .<Event>map(full -> full)
                        .orElse(announced)
                : announced;
    }
}
