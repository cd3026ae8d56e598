package io.overt.edge.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.EpollSocketChannel;
import io.overt.edge.flow.Command;
import io.overt.edge.flow.Command.CloseStyle;
import io.overt.edge.flow.Command.RelayMode;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.ClientLeft;
import io.overt.edge.flow.Event.Reached;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.ShellFailed;
import io.overt.edge.flow.Known;
import io.overt.edge.flow.OriginalDestination;
import io.overt.edge.flow.Refusal;
import io.overt.edge.flow.Stage;
import io.overt.edge.flow.State;
import io.overt.edge.flow.Step;
import io.overt.edge.http.PlainUpstream;
import io.overt.edge.net.DataPathSettings.ListenerSettings;
import io.overt.edge.record.Account;
import io.overt.edge.record.ConnectionId;
import io.overt.edge.record.Observations;
import io.overt.edge.revocation.Wanted;
import io.overt.policy.Revocation;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
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
    private final ArrivalAsk arrival;
    private final Observations observations;
    private final Account account;
    private final Deque<Event> waiting = new ArrayDeque<>();
    private final Witness witness;
    private final PolicyAsk policy;
    private final ForgeAsk forge;
    private final Admission.Pass pass;
    private final Legs legs;
    private final Deadline deadline;
    private State state;
    private boolean stepping;

    private FlowRunner(
            Shell shell,
            EpollSocketChannel client,
            ListenerSettings listener,
            Admission.Pass pass,
            State state) {
        this.shell = shell;
        this.client = client;
        this.listener = listener;
        this.state = state;
        this.witness = new Witness(shell.exclusions());
        this.policy = new PolicyAsk(shell, witness);
        this.pass = pass;
        this.forge = new ForgeAsk(shell.forge(), client.eventLoop(), this::feed);
        this.observations =
                new Observations(
                        ConnectionId.create(shell.clock()), shell.clock(), shell.nanoTime());
        this.account = new Account(shell.meters().figures(), observations, policy::shadow);
        this.legs = new Legs(shell, client, observations, this::feed);
        this.deadline =
                new Deadline(
                        client.eventLoop(),
                        shell.settings().deadlines(),
                        shell.nanoTime(),
                        legs::lastMoved,
                        this::isHalfClosed,
                        this::feed);
        legs.whenEnded(deadline::ended);
        this.front = new ClientFront(shell.settings(), this::feed);
        this.arrival = new ArrivalAsk(shell, client, listener, front, pass, this::feed);
    }

    /** Takes over a connection that was accepted. On its event loop. */
    static void begin(Shell shell, EpollSocketChannel client, ListenerSettings listener) {
        begin(shell, client, listener, Unpooled.EMPTY_BUFFER);
    }

    /**
     * Takes over a client's connection, on its event loop.
     *
     * @param left what came from it already; taken over
     */
    private static void begin(
            Shell shell, EpollSocketChannel client, ListenerSettings listener, ByteBuf left) {
        var from = client.remoteAddress();
        if (from == null) {
            var _ = client.close(); // Gone before it was looked at: nobody to tell, nothing to
            // record.
            left.release();
            return;
        }
        var first = State.begin(listener.listener(), from);
        var runner =
                new FlowRunner(
                        shell,
                        client,
                        listener,
                        shell.admission().pass(from.getAddress()),
                        first.next());
        client.pipeline().addLast(runner.front);
        runner.front.begin(left, client.isInputShutdown());
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
                take(event);
            }
        } finally {
            stepping = false;
        }
    }

    private void take(Event event) {
        Step step;
        try {
            step = state.on(event);
        } catch (RuntimeException e) { // The machine's backstop: closed without a record at worst.
            defect(e, "event", event);
            if (event instanceof ShellFailed) {
                legs.close(CloseStyle.RESET);
                pass.leave();
                shell.left(this);
            } else {
                waiting.addFirst(new ShellFailed(e.toString()));
            }
            return;
        }
        state = step.next();
        carryOut(step);
    }

    private void defect(Exception e, String kind, Object what) {
        shell.meters().shellFailed();
        LOG.atError()
                .setCause(e)
                .addKeyValue("connection", observations.id().text())
                .addKeyValue(kind, what.getClass().getSimpleName())
                .log("a defect ends a connection");
    }

    private void carryOut(Step step) {
        observations.entered(state.stage());
        account.note(state);
        if (!BEFORE_HELLO.contains(state.stage())) {
            pass.heard();
        }
        for (var command : step.commands()) {
            try {
                carryOut(command);
            } catch (Exception e) { // The backstop of this package: counted, logged, and an end.
                defect(e, "command", command);
                waiting.add(new ShellFailed(e.toString()));
                return;
            }
        }
    }

    private void carryOut(Command command) throws Exception {
        switch (command) {
            case Command.FindDestination() -> arrival.kernel();
            case Command.ReadConnectHead() -> arrival.connectHead();
            case Command.ReadProxyHeader() ->
                    arrival.proxyHeader(state.known().acceptance().client().getAddress());
            case Command.Resolve(var target) -> arrival.resolve(target);
            case Command.Screen(var arrived) -> feed(policy.screen(arrived));
            case Command.Reach(var first, var others) ->
                    legs.reach(startingWith(first, others, policy::wouldNotBlock));
            case Command.ReachPlain(var first, var others) -> reachPlain(first, others);
            case Command.AcceptConnect() -> {
                var yes = RefusalWire.connected(shell.settings().pseudonym());
                // A write that fails closes the channel, and that is heard.
                var _ = client.writeAndFlush(Unpooled.wrappedBuffer(yes));
            }
            case Command.Authenticate() ->
                    arrival.authenticate(state.known().acceptance().client().getAddress());
            case Command.DecidePlain(var arrived) -> feed(policy.decidePlain(arrived));
            case Command.ConnectPlain(var to) -> dial(to, UpstreamConnection.Purpose.FORWARD);
            case Command.Forward(var mode) -> forward(mode);
            case Command.PeekHello() -> front.peekHello();
            case Command.Decide(var heard) -> feed(policy.decide(heard));
            case Command.DecideUnheard(var unheard) -> feed(policy.decide(unheard));
            case Command.ConnectUpstream(var to) -> dial(to, UpstreamConnection.Purpose.INSPECT);
            case Command.HandshakeUpstream(var name, var offer) ->
                    legs.upstream().handshake(shell.upstreamLeg(), name, offer, policy::told);
            case Command.Remember(var address, var name, var habit) ->
                    shell.habits().learn(address, name, habit);
            case Command.VerifyUpstream(var chain, var name, var address) ->
                    verify(chain, name, address);
            case Command.Forge(var proof) -> forge.ask(proof);
            case Command.HandshakeClient(var alpn) -> handshakeClient(alpn);
            case Command.Relay(var mode) ->
                    toUpstream().inspect(mode, policy, this::upstreamNames, observations);
            case Command.AbandonUpstream() -> {
                policy.release();
                legs.abandonUpstream();
            }
            case Command.DialRaw(var to) -> dial(to, UpstreamConnection.Purpose.SPLICE);
            case Command.Splice(_) -> toUpstream().splice(front);
            case Command.Refuse(var refusal) ->
                    ClientRefusal.send(
                            pass.mayBeTold(shell.settings().limits())
                                    ? refusal
                                    : new Refusal.Reset(),
                            answer ->
                                    RefusalWire.of(
                                            answer,
                                            shell.settings(),
                                            listener,
                                            observations.id(),
                                            shell.clock()),
                            shell.settings(),
                            client,
                            front,
                            this::feed);
            case Command.Testify(var testimony) ->
                    witness.testify(mirrored(), testimony, observations.start());
            case Command.StartDeadline(var stage) -> deadline.start(stage);
            case Command.CloseAll(var style) -> legs.close(style);
            case Command.Conclude(var conclusion) -> {
                deadline.stop();
                policy.release();
                pass.leave();
                observations.upstreamBytes(legs.upstreamBytes());
                observations.clientBytes(legs.clientTap().bytes());
                account.end(conclusion);
                shell.concluded(this, conclusion, observations);
            }
        }
    }

    // The upstream

    private void reachPlain(Known.Arrived first, List<Known.Arrived> others) {
        switch (legs.way(Optional.of(first.to()))) {
            case ParentRoute.Way.Direct() ->
                    legs.reach(startingWith(first, others, policy::decidesAlike));
            // Its address is the one to connect to, and there is no choice.
            case ParentRoute.Way.ThroughParent _ -> feed(new Reached(first.to().address()));
        }
    }

    /** Those of a name's addresses that the policy lets be tried. */
    private static List<Known.Arrived> startingWith(
            Known.Arrived first, List<Known.Arrived> others, Predicate<Known.Arrived> mayBeTried) {
        return Stream.concat(Stream.of(first), others.stream().filter(mayBeTried)).toList();
    }

    private void dial(InetSocketAddress to, UpstreamConnection.Purpose purpose) {
        legs.dial(state.known(), to, purpose);
    }

    private void verify(PresentedChain chain, Optional<String> name, InetSocketAddress address) {
        var wanted =
                state.known()
                        .ruling()
                        .map(ruling -> Wanted.by(ruling.decision()))
                        .orElseGet(() -> Wanted.of(Revocation.unstated()));
        shell.verifier()
                .verify(
                        new Verifier.Ask(chain, legs.upstream().staple(), name, address, wanted),
                        answer ->
                                client.eventLoop()
                                        .execute(
                                                () -> {
                                                    answer.standing()
                                                            .ifPresent(observations::revocation);
                                                    feed(answer.event());
                                                }));
    }

    // The client

    private void handshakeClient(Optional<String> alpn) throws Exception {
        ClientHandshake.begin(
                shell.clientLeg(), client, legs.clientTap(), alpn, forge.leaf(), this::feed);
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

    // Bytes

    private RelayStart toUpstream() {
        return new RelayStart(shell, client, legs.clientTap(), legs.upstream(), this::feed);
    }

    private void forward(RelayMode mode) {
        var judged = (Known.JudgedPlain) state.known();
        var asked = (OriginalDestination.Asked) judged.arrived().to();
        policy.reached(judged.arrived());
        toUpstream()
                .forward(
                        mode,
                        policy,
                        new PlainUpstream(
                                front.plainHost(),
                                asked.target().port(),
                                shell.settings().pseudonym(),
                                front.authorization(),
                                switch (legs.way(Optional.of(asked))) {
                                    case ParentRoute.Way.Direct() ->
                                            new PlainUpstream.Route.ToOrigin();
                                    case ParentRoute.Way.ThroughParent through ->
                                            new PlainUpstream.Route.ToParent(
                                                    through.authorization());
                                }),
                        front,
                        observations,
                        this::handBack);
    }

    /** The client's next plain request is not for this upstream: a connection begins anew. */
    private void handBack(ByteBuf next) {
        feed(new RelayEnded(Event.RelayEnd.HANDED_BACK));
        if (client.isActive()) {
            begin(shell, client, listener, next);
        } else {
            next.release();
        }
    }

    /** Whether a request for the host may go to the upstream of this relay. */
    private boolean upstreamNames(String host) {
        return ReferenceIdentity.parse(host)
                .filter(mirrored().examined().upstream()::names)
                .isPresent();
    }

    private Known.Mirrored mirrored() {
        if (state.known() instanceof Known.Mirrored mirrored) {
            return mirrored;
        }
        throw new IllegalStateException("no leaf was shown in " + state.stage());
    }

    private boolean isHalfClosed() {
        // A client's plain requests outlive their upstreams: one that has ended is no half.
        return state.stage() == Stage.FORWARDING ? legs.hasClientEnded() : legs.isHalfClosed();
    }

    /** What waits in this process for a peer to take it, in bytes. From any thread. */
    long pending() {
        return legs.pending();
    }

    /** Stages in which a connection's hello is still awaited. */
    private static final Set<Stage> BEFORE_HELLO =
            EnumSet.of(
                    Stage.ARRIVING,
                    Stage.PROXY_HEADER,
                    Stage.CONNECT_HEAD,
                    Stage.AUTHENTICATING,
                    Stage.RESOLVING,
                    Stage.SCREENING,
                    Stage.AWAITING_HELLO,
                    Stage.PEEKING);

    private static final Logger LOG = LoggerFactory.getLogger(FlowRunner.class);
}
