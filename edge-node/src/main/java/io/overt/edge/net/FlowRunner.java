package io.overt.edge.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.overt.edge.flow.Command;
import io.overt.edge.flow.Command.CloseStyle;
import io.overt.edge.flow.Command.RelayMode;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.ClientHandshakeFailed;
import io.overt.edge.flow.Event.ClientHandshaken;
import io.overt.edge.flow.Event.ClientLeft;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.LeafForged;
import io.overt.edge.flow.Event.LeafRefused;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.ShellFailed;
import io.overt.edge.flow.Event.TooManyConnections;
import io.overt.edge.flow.Known;
import io.overt.edge.flow.Known.Leaf;
import io.overt.edge.flow.Refusal;
import io.overt.edge.flow.Stage;
import io.overt.edge.flow.State;
import io.overt.edge.flow.Step;
import io.overt.edge.forge.ForgeResult;
import io.overt.edge.forge.ForgedLeaf;
import io.overt.edge.http.Http1Filter;
import io.overt.edge.http.PageNotice;
import io.overt.edge.net.DataPathSettings.ListenerSettings;
import io.overt.edge.record.ConnectionId;
import io.overt.edge.record.Observations;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.ReferenceIdentity;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: holds its state, carries out its commands, feeds back what happens. Confined to
 * the event loop of the client's channel, which is the upstream's too.
 */
final class FlowRunner {
    private final Shell shell;
    private final EpollSocketChannel client;
    private final ListenerSettings listener;
    private final ClientFront front;
    private final Observations observations;
    private final Deque<Event> waiting = new ArrayDeque<>();
    private final PolicyAsk policy;
    private State state;
    private boolean stepping;
    private boolean over;

    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable UpstreamConnection upstream;
    private @Nullable ForgedLeaf leaf;
    private @Nullable Tap clientTap;

    private FlowRunner(
            Shell shell, EpollSocketChannel client, ListenerSettings listener, State state) {
        this.shell = shell;
        this.client = client;
        this.listener = listener;
        this.state = state;
        this.policy = new PolicyAsk(shell);
        this.observations =
                new Observations(
                        ConnectionId.create(shell.clock()), shell.clock(), shell.nanoTime());
        this.front =
                new ClientFront(
                        shell.settings().limits().hello(),
                        shell.settings().limits().connectHead(),
                        shell.settings().edge(),
                        this::feed);
    }

    /** Takes over a connection that was accepted. On its event loop. */
    static void begin(Shell shell, EpollSocketChannel client, ListenerSettings listener) {
        var from = client.remoteAddress();
        if (from == null) {
            var _ = client.close(); // Gone before it was looked at: nobody to tell, nothing to
            // record.
            return;
        }
        var first = State.begin(listener.listener(), from);
        var runner = new FlowRunner(shell, client, listener, first.next());
        client.pipeline().addLast(runner.front);
        shell.entered(runner);
        runner.stepping = true;
        runner.carryOut(first);
        runner.stepping = false;
        runner.drainWaiting();
    }

    /** From any thread. */
    void tell(Event event) {
        client.eventLoop().execute(() -> feed(event));
    }

    /** On the event loop. Commands may feed events themselves; those wait for their turn. */
    private void feed(Event event) {
        waiting.add(event);
        if (!stepping) {
            drainWaiting();
        }
    }

    private void drainWaiting() {
        stepping = true;
        try {
            for (var event = waiting.poll(); event != null; event = waiting.poll()) {
                var step = state.on(event);
                state = step.next();
                carryOut(step);
            }
        } finally {
            stepping = false;
        }
    }

    private void carryOut(Step step) {
        observations.entered(state.stage());
        for (var command : step.commands()) {
            try {
                carryOut(command);
            } catch (Exception e) { // The backstop of this package: counted, logged, and an end.
                shell.meters().shellFailed();
                LOG.atError()
                        .setCause(e)
                        .addKeyValue("connection", observations.id().text())
                        .addKeyValue("command", command.getClass().getSimpleName())
                        .log("a command failed");
                waiting.add(new ShellFailed(e.toString()));
                return;
            }
        }
    }

    private void carryOut(Command command) throws Exception {
        switch (command) {
            case Command.FindDestination() -> arrive(this::findDestination);
            case Command.ReadConnectHead() -> arrive(front::readConnectHead);
            case Command.Resolve(var target) ->
                    shell.resolver()
                            .resolve(
                                    target,
                                    to ->
                                            shell.destinations()
                                                    .asked(to, listener.localDestinations()),
                                    this::tell);
            case Command.Screen(var arrived) -> feed(policy.screen(arrived));
            case Command.AcceptConnect() -> {
                var yes = RefusalWire.connected(shell.settings().edge());
                // A write that fails closes the channel, and that is heard.
                var _ = client.writeAndFlush(Unpooled.wrappedBuffer(yes));
            }
            case Command.PeekHello() -> front.peekHello();
            case Command.Decide(var heard) -> feed(policy.decide(heard));
            case Command.DecideUnheard(var unheard) -> feed(policy.decide(unheard));
            case Command.ConnectUpstream(var to) -> dial(to, UpstreamConnection.Purpose.INSPECT);
            case Command.HandshakeUpstream(var name, var alpn) ->
                    upstream().handshake(shell.upstreamLeg(), name, alpn);
            case Command.VerifyUpstream(var chain, var name, var address) ->
                    shell.verifier().verify(chain, name, address, this::tell);
            case Command.Forge(var proof) ->
                    shell.forge()
                            .forge(proof)
                            .whenComplete(
                                    (result, failure) ->
                                            client.eventLoop()
                                                    .execute(() -> forged(result, failure)));
            case Command.HandshakeClient(var alpn) -> handshakeClient(alpn);
            case Command.Relay(var mode) -> relay(mode);
            case Command.AbandonUpstream() -> abandonUpstream();
            case Command.DialRaw(var to) -> dial(to, UpstreamConnection.Purpose.SPLICE);
            case Command.Splice(_) -> splice();
            case Command.Refuse(var refusal) -> refuse(refusal);
            case Command.StartDeadline(var stage) -> startDeadline(stage);
            case Command.CloseAll(var style) -> closeAll(style);
            case Command.Conclude(var conclusion) -> {
                over = true;
                stopDeadline();
                policy.release();
                observations.upstreamBytes(upstream == null ? 0 : upstream.bytes());
                observations.clientBytes(clientTap == null ? 0 : clientTap.bytes());
                shell.concluded(this, conclusion, observations);
            }
        }
    }

    private interface Arriving {
        void run() throws Exception;
    }

    private void arrive(Arriving usual) throws Exception {
        if (shell.isFull()) {
            feed(
                    new TooManyConnections(
                            shell.settings().limits().connections() + " connections are open"));
        } else {
            usual.run();
        }
    }

    private void findDestination() {
        feed(
                switch (listener.listener().provenance()) {
                    case DIVERT -> shell.destinations().diverted(client);
                    case REDIRECT -> shell.destinations().redirected(client);
                    case CONNECT ->
                            throw new IllegalStateException("CONNECT says it, not the kernel");
                });
    }

    // The upstream

    private void dial(InetSocketAddress to, UpstreamConnection.Purpose purpose) {
        upstream = UpstreamConnection.dial(shell, client, to, purpose, this::feed);
    }

    private UpstreamConnection upstream() {
        if (upstream == null) {
            throw new IllegalStateException("no upstream in " + state.stage());
        }
        return upstream;
    }

    private void abandonUpstream() {
        policy.release();
        if (upstream != null) {
            upstream.abandon();
            upstream = null;
        }
    }

    private void forged(@Nullable ForgeResult result, @Nullable Throwable failure) {
        if (result == null) {
            // The port says that failures are values; this is a bug of ours, not an outcome.
            feed(new ShellFailed("forge: " + failure));
            return;
        }
        feed(
                switch (result) {
                    case ForgeResult.Forged(var forged, var tier) -> {
                        leaf = forged;
                        var sha256 = CertificateFingerprint.of(forged.certificate()).hex();
                        yield new LeafForged(new Leaf(tier, sha256));
                    }
                    case ForgeResult.Refused(var reason, var detail) ->
                            new Event.ForgeRefused(reason, detail);
                    case ForgeResult.NotMirrorable(var detail) -> new Event.NotMirrorable(detail);
                    case ForgeResult.Unavailable(var detail) -> new Event.SignerAway(detail);
                });
    }

    // The client

    private void handshakeClient(Optional<String> alpn) throws Exception {
        if (leaf == null) {
            throw new IllegalStateException("no leaf in " + state.stage());
        }
        var engine = shell.clientLeg().engine(client.alloc(), alpn, leaf);
        var tls = new SslHandler(engine);
        tls.setHandshakeTimeoutMillis(0); // The machine has the deadlines.
        clientTap = new Tap(shell.nanoTime());
        // From here on a client that closes is gone: a FIN ends the handshake at once.
        client.config().setAllowHalfClosure(false);
        client.pipeline().addLast(tls, clientTap, new Holder());
        tls.handshakeFuture()
                .addListener(
                        done -> {
                            if (done.isSuccess()) {
                                client.config().setAutoRead(false);
                                client.config().setAllowHalfClosure(true);
                                feed(new ClientHandshaken(TlsSessions.of(engine, alpn)));
                            } else {
                                feed(clientFailure(done.cause()));
                            }
                        });
        front.handOver();
        client.config().setAutoRead(true);
        client.closeFuture()
                .addListener(
                        _ -> {
                            // Later it is the relay's to say how it ended.
                            if (state.stage() == Stage.CLIENT_HANDSHAKE) {
                                feed(new ClientLeft());
                            }
                        });
    }

    private static Event clientFailure(Throwable cause) {
        var alert = TlsAlerts.received(cause);
        if (alert.isPresent()) {
            return alert.get().refusesCertificate()
                    ? new LeafRefused(alert.get())
                    : new ClientHandshakeFailed("client sent " + alert.get().text());
        }
        return cause instanceof java.nio.channels.ClosedChannelException
                        || cause.getCause() instanceof java.nio.channels.ClosedChannelException
                ? new ClientLeft()
                : new ClientHandshakeFailed(Texts.oneLine(cause));
    }

    // Bytes

    private void relay(RelayMode mode) {
        var to = upstream().channel();
        whenBothClosed(to);
        switch (mode) {
            case HTTP1 -> filter(to);
            case OPAQUE -> relayOpaquely(to);
            case BY_FIRST_BYTES -> {
                Runnable look = () -> lookAtFirstBytes(to);
                Holder.watch(client, look);
                Holder.watch(to, look);
                client.config().setAutoRead(true);
                to.config().setAutoRead(true);
                look.run();
            }
        }
    }

    /** Until one of both says enough; called for whatever comes to be held. */
    private void lookAtFirstBytes(EpollSocketChannel to) {
        var verdict =
                Holder.firstBytes(to, 1).length > 0 || Holder.hasEnd(to)
                        ? FirstBytes.Verdict.SOMETHING_ELSE
                        : FirstBytes.of(
                                Holder.firstBytes(client, FirstBytes.ENOUGH),
                                Holder.hasEnd(client));
        switch (verdict) {
            case NEED_MORE -> {}
            case HTTP1 -> takeOver(to, this::filter);
            case SOMETHING_ELSE -> takeOver(to, this::relayOpaquely);
        }
    }

    private void takeOver(EpollSocketChannel to, Consumer<EpollSocketChannel> how) {
        Holder.watch(client, () -> {});
        Holder.watch(to, () -> {});
        client.config().setAutoRead(false);
        to.config().setAutoRead(false);
        // Not from inside a read: the handlers that take over expect to be called in turn.
        client.eventLoop().execute(() -> how.accept(to));
    }

    private void filter(EpollSocketChannel to) {
        observations.filtered();
        new Http1Filter(
                        policy.http(),
                        policy.facts(),
                        this::upstreamNames,
                        shell.settings().http(),
                        new PageNotice(
                                shell.settings().notice().organisation(),
                                shell.settings().notice().url(),
                                Optional.of(observations.id().text())),
                        shell.clock(),
                        observations::http)
                .start(client, to);
        Holder.release(client);
        Holder.release(to);
    }

    private void relayOpaquely(EpollSocketChannel to) {
        RelayEnd.join(client, to, shell.settings().deadlines().linger());
        Holder.release(client);
        Holder.release(to);
        RelayEnd.resume(client);
        RelayEnd.resume(to);
    }

    /** Whether the upstream of this relay was verified under a certificate that names the host. */
    private boolean upstreamNames(String host) {
        if (state.known() instanceof Known.Mirrored mirrored) {
            return ReferenceIdentity.parse(host)
                    .filter(mirrored.proven().upstream()::names)
                    .isPresent();
        }
        throw new IllegalStateException("a relay without a verified upstream");
    }

    private void splice() {
        var to = upstream().channel();
        whenBothClosed(to);
        clientTap = new Tap(shell.nanoTime());
        client.pipeline().addLast(clientTap);
        RelayEnd.join(client, to, shell.settings().deadlines().linger());
        front.handOver();
        Holder.release(to);
        RelayEnd.resume(client);
        RelayEnd.resume(to);
    }

    /** The relay closes both channels in every case; then it is over. */
    private void whenBothClosed(EpollSocketChannel to) {
        client.closeFuture()
                .addListener(
                        _ -> to.closeFuture().addListener(_ -> feed(new RelayEnded(howItEnded()))));
    }

    private Event.RelayEnd howItEnded() {
        if (clientTap != null && isReset(clientTap.failure())) {
            return Event.RelayEnd.CLIENT_RESET;
        }
        if (upstream != null && isReset(upstream.failure())) {
            return Event.RelayEnd.UPSTREAM_RESET;
        }
        return clientTap != null && clientTap.bytes() == 0
                ? Event.RelayEnd.CLIENT_SAID_NOTHING
                : Event.RelayEnd.COMPLETE;
    }

    private static boolean isReset(@Nullable Throwable failure) {
        return failure instanceof java.io.IOException
                && !(failure instanceof javax.net.ssl.SSLException);
    }

    // Ends

    private void refuse(Refusal refusal) {
        switch (refusal) {
            case Refusal.Alert alert -> answer(RefusalWire.of(alert));
            case Refusal.ConnectAnswer connect ->
                    answer(RefusalWire.of(connect, shell.settings().edge()));
            case Refusal.Reset() -> {
                RelayEnd.reset(client);
                feed(new Event.RefusalSent());
            }
        }
    }

    /** Written, our side closed, and read on a little: a close with unread bytes would reset. */
    private void answer(byte[] wire) {
        client.writeAndFlush(Unpooled.wrappedBuffer(wire))
                .addListener(
                        (ChannelFuture written) -> {
                            if (!written.isSuccess()) {
                                feed(new ClientLeft());
                                return;
                            }
                            var _ = client.shutdownOutput();
                            front.awaitEnd();
                            var linger = shell.settings().deadlines().linger().toNanos();
                            var _ =
                                    client.eventLoop()
                                            .schedule(
                                                    () -> feed(new Event.RefusalSent()),
                                                    linger,
                                                    TimeUnit.NANOSECONDS);
                        });
    }

    private void closeAll(CloseStyle style) {
        switch (style) {
            case GRACEFUL -> {
                var _ = client.close();
                if (upstream != null) {
                    upstream.abandon();
                }
            }
            case RESET -> {
                RelayEnd.reset(client);
                if (upstream != null) {
                    RelayEnd.reset(upstream.channel());
                }
            }
        }
    }

    // Deadlines

    private void startDeadline(Stage stage) {
        stopDeadline();
        schedule(stage, shell.settings().deadlines().of(stage).toNanos());
    }

    private void schedule(Stage stage, long nanos) {
        deadline = client.eventLoop().schedule(() -> timeIsUp(stage), nanos, TimeUnit.NANOSECONDS);
    }

    /** A relay's deadline is idleness: what moved meanwhile moves it on. */
    private void timeIsUp(Stage stage) {
        if ((stage == Stage.RELAYING || stage == Stage.SPLICING) && !over) {
            var idle = shell.settings().deadlines().idle().toNanos();
            var quiet = shell.nanoTime().getAsLong() - lastRead();
            if (quiet < idle) {
                schedule(stage, idle - quiet);
                return;
            }
        }
        feed(new DeadlinePassed(stage));
    }

    private long lastRead() {
        var fromClient = clientTap == null ? Long.MIN_VALUE : clientTap.lastRead();
        var fromUpstream = upstream == null ? Long.MIN_VALUE : upstream.lastRead();
        return Math.max(fromClient, fromUpstream);
    }

    private void stopDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(FlowRunner.class);
}
