package io.overt.edge.net;

import io.netty.channel.epoll.EpollSocketChannel;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.ProxyHeaderFault;
import io.overt.edge.flow.Event.ProxyHeaderRead;
import io.overt.edge.flow.Event.ProxyHeaderRefused;
import io.overt.edge.flow.OriginalDestination.ConnectTarget;
import io.overt.edge.net.DataPathSettings.ListenerSettings;
import io.overt.policy.Cidr;
import java.net.InetAddress;
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
        shell.resolver()
                .resolve(
                        target,
                        to -> shell.destinations().asked(to, listener.localDestinations()),
                        answer -> client.eventLoop().execute(() -> events.accept(answer)));
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
