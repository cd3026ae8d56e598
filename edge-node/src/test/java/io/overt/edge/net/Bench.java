package io.overt.edge.net;

import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.exclusion.Bounds;
import io.overt.edge.exclusion.Ledger;
import io.overt.edge.exclusion.site.LedgerKeeper;
import io.overt.edge.flow.Known.Suspension;
import io.overt.edge.flow.Listener;
import io.overt.edge.flow.Stage;
import io.overt.edge.http.Http1Limits;
import io.overt.edge.net.DataPathSettings.Deadlines;
import io.overt.edge.net.DataPathSettings.KeepAlive;
import io.overt.edge.net.DataPathSettings.Limits;
import io.overt.edge.net.DataPathSettings.ListenerSettings;
import io.overt.edge.net.DataPathSettings.LocalDestinations;
import io.overt.edge.net.DataPathSettings.Notice;
import io.overt.edge.net.DataPathSettings.ParentProxy;
import io.overt.edge.net.DataPathSettings.UpstreamSource;
import io.overt.edge.record.ConnectionMeters;
import io.overt.edge.record.ConnectionRecord;
import io.overt.edge.record.VersionFigures;
import io.overt.edge.revocation.SiteShelf;
import io.overt.edge.revocation.StatusConfig;
import io.overt.edge.revocation.UpstreamCheck;
import io.overt.edge.transparency.TransparencyCheck;
import io.overt.policy.Cidr;
import io.overt.policy.Compilation;
import io.overt.policy.Policy;
import io.overt.policy.PolicyCompiler;
import io.overt.policy.PolicySource;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.TrustAnchors;
import io.overt.x509.transparency.KnownLogs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A whole data path on loopback, with the connect listener as the way in, real sockets on both
 * sides, and a forge in this process. Each connection's record comes out of {@link #record()}.
 */
final class Bench implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final Duration HALF_CLOSED = Duration.ofSeconds(1);
    private static final Duration LINGER = Duration.ofSeconds(5);
    private static final Duration DRAIN = Duration.ofSeconds(1);

    /** Whom every bench trusts; one for all, since parameters are made before a bench is. */
    static final TestPki PKI = TestPki.create();

    final TestForge forge = new TestForge();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final VersionFigures figures = new VersionFigures(InstantSource.system(), meters);
    private final LinkedBlockingQueue<ConnectionRecord> records = new LinkedBlockingQueue<>();
    final Ledger ledger = new Ledger("edge-1", Bounds.DEFAULT);

    /** Whose SCTs count. */
    volatile Optional<KnownLogs> logs = Optional.empty();

    /** Added to the clock that exclusions are measured with. */
    volatile Duration later = Duration.ZERO;

    /** Nanoseconds, added to the clock by which upstreams' habits are remembered. */
    private final AtomicLong habitsLater = new AtomicLong();

    private final InstantSource exclusionClock = () -> Instant.now().plus(later);
    private volatile Optional<Policies.Numbered> policy;
    private volatile Optional<Policies.Numbered> shadow = Optional.empty();
    private volatile Optional<Suspension> suspension = Optional.empty();
    private volatile Names names = Names.ofTheSystem();
    private final UpstreamCheck upstreams;
    private final DataPath path;

    Bench(String rules) {
        this(rules, settings());
    }

    Bench(String rules, DataPathSettings settings) {
        this(rules, settings, StatusConfig.DEFAULT);
    }

    Bench(String rules, DataPathSettings settings, StatusConfig status) {
        this(rules, settings, status, SiteShelf.none());
    }

    /** One that shares with others what upstreams do about client certificates. */
    Bench(String rules, SiteShelf habits) {
        this(rules, settings(), StatusConfig.DEFAULT, habits);
    }

    private Bench(String rules, DataPathSettings settings, StatusConfig status, SiteShelf habits) {
        upstreams =
                new UpstreamCheck(
                        new BoundedChainVerifier(TrustAnchors.of(List.of(PKI.anchor()))),
                        SiteShelf.none(),
                        status,
                        new TransparencyCheck(() -> logs, Clock.systemUTC(), meters),
                        Clock.systemUTC(),
                        Ticker.systemTicker(),
                        meters);
        figures.began(7);
        policy = Optional.of(new Policies.Numbered(7, compile(rules)));
        try {
            path =
                    DataPath.start(
                            settings,
                            new DataPath.Collaborators(
                                    policies(),
                                    forge,
                                    upstreams,
                                    records::add,
                                    new ConnectionMeters(meters, figures),
                                    new LedgerKeeper(ledger, exclusionClock, _ -> {}, meters),
                                    name -> names.addresses(name),
                                    new UpstreamHabits(
                                            HabitSettings.DEFAULT,
                                            habits,
                                            Clock.systemUTC(),
                                            () -> System.nanoTime() + habitsLater.get(),
                                            meters),
                                    Clock.systemUTC(),
                                    System::nanoTime));
        } catch (io.overt.service.process.StartException e) {
            throw new IllegalStateException("the bench's own data path", e);
        }
    }

    /** Every name has these addresses from now on. */
    void names(InetAddress... addresses) {
        names = _ -> addresses;
    }

    static DataPathSettings settings() {
        return settings(Limits.DEFAULT, patient());
    }

    static DataPathSettings settings(Limits limits, Deadlines deadlines) {
        return settings(
                limits,
                deadlines,
                Optional.empty(),
                List.of(
                        listener("proxy", Listener.Provenance.CONNECT),
                        listener("redirect", Listener.Provenance.REDIRECT),
                        balanced("balanced", "127.0.0.0/8"),
                        balanced("balanced-from-elsewhere", "192.0.2.0/24")));
    }

    static DataPathSettings settings(Http1Limits http) {
        var usual = settings();
        return new DataPathSettings(
                usual.site(),
                usual.edge(),
                usual.listeners(),
                usual.upstreamSource(),
                usual.parentProxy(),
                usual.threads(),
                usual.limits(),
                usual.deadlines(),
                usual.keepAlive(),
                http,
                usual.notice());
    }

    static DataPathSettings settings(
            Optional<ParentProxy> parent, List<ListenerSettings> listeners) {
        return settings(Limits.DEFAULT, patient(), parent, listeners);
    }

    private static DataPathSettings settings(
            Limits limits,
            Deadlines deadlines,
            Optional<ParentProxy> parent,
            List<ListenerSettings> listeners) {
        return new DataPathSettings(
                "berlin",
                "edge-1",
                listeners,
                UpstreamSource.EDGE,
                parent,
                2,
                limits,
                deadlines,
                KeepAlive.DEFAULT,
                Http1Limits.DEFAULT,
                new Notice("Example Corp", Optional.empty()));
    }

    /** So long that no machine is too slow for what should happen. */
    static Deadlines patient() {
        return patientBut(PATIENCE);
    }

    /** The same, but for upstreams that never finish a handshake. */
    static Deadlines impatientWithUpstreams() {
        return patientBut(Duration.ofMillis(500), Stage.UPSTREAM_HANDSHAKE);
    }

    /** The same, but for clients that never say what they should. */
    static Deadlines impatientWithClients() {
        return patientBut(
                Duration.ofMillis(500), Stage.CONNECT_HEAD, Stage.AWAITING_HELLO, Stage.PEEKING);
    }

    /** The same, but for a forge that never answers. */
    static Deadlines impatientWithTheForge() {
        return patientBut(Duration.ofMillis(300), Stage.FORGING);
    }

    /** The same, but for relays in which nothing moves, and handshakes that do not go on. */
    static Deadlines impatientWithSilence() {
        return patientBut(Duration.ofSeconds(2), Stage.CLIENT_HANDSHAKE, Stage.RELAYING);
    }

    /** The same, but for relays of which one side has ended. */
    static Deadlines impatientWithHalfClosed() {
        return deadlines(HALF_CLOSED, _ -> PATIENCE);
    }

    /** Patient, except in these stages; a relay stands for a splice too. */
    static Deadlines patientBut(Duration soon, Stage... impatient) {
        var hurried = Set.of(impatient);
        return deadlines(PATIENCE, stage -> hurried.contains(stage) ? soon : PATIENCE);
    }

    private static Deadlines deadlines(Duration halfClosed, Function<Stage, Duration> of) {
        return new Deadlines(
                of.apply(Stage.ARRIVING),
                of.apply(Stage.CONNECT_HEAD),
                of.apply(Stage.RESOLVING),
                of.apply(Stage.AWAITING_HELLO),
                of.apply(Stage.PEEKING),
                of.apply(Stage.CONNECTING),
                of.apply(Stage.UPSTREAM_HANDSHAKE),
                of.apply(Stage.VERIFYING),
                of.apply(Stage.FORGING),
                of.apply(Stage.CLIENT_HANDSHAKE),
                of.apply(Stage.RELAYING),
                halfClosed,
                LINGER,
                DRAIN);
    }

    static ListenerSettings listener(String name, Listener.Provenance kind) {
        return new ListenerSettings(
                new Listener(name, kind),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                LocalDestinations.ALLOWED);
    }

    private static ListenerSettings balanced(String name, String from) {
        return new ListenerSettings(
                new Listener(name, Listener.Provenance.PROXY_PROTOCOL),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                LocalDestinations.ALLOWED,
                List.of(Cidr.of(from)),
                Optional.empty());
    }

    static Policy compile(String rules) {
        var document = "policy: test\n" + rules;
        return switch (PolicyCompiler.compile(
                new PolicySource(
                        Map.of(
                                PolicySource.DOCUMENT,
                                document.getBytes(StandardCharsets.UTF_8))))) {
            case Compilation.Compiled compiled -> compiled.policy();
            case Compilation.Rejected rejected ->
                    throw new IllegalArgumentException(rejected.toString());
        };
    }

    void noPolicy() {
        policy = Optional.empty();
    }

    void policy(long version, String rules) {
        if (policy.map(Policies.Numbered::version).orElse(0L) != version) {
            figures.began(version);
        }
        policy = Optional.of(new Policies.Numbered(version, compile(rules)));
    }

    /** This one is decided by as well from now on, and not acted upon. */
    void shadow(long version, String rules) {
        figures.shadowBegan(version);
        shadow = Optional.of(new Policies.Numbered(version, compile(rules)));
    }

    /** An emergency order of this number is in force; 0 for none. */
    void emergency(long order) {
        suspension = order == 0 ? Optional.empty() : Optional.of(new Suspension(order));
    }

    /**
     * As when their time has passed: what upstreams were seen to do about client certificates. It
     * is remembered by address, and the kernel gives the port of an upstream that is gone to the
     * next: whoever has one that asks forgets before another test has its own.
     */
    void forgetHabits() {
        habitsLater.addAndGet(HabitSettings.DEFAULT.memory().toNanos());
    }

    private Policies policies() {
        return new Policies() {
            @Override
            public Optional<Numbered> active() {
                return policy;
            }

            @Override
            public Optional<Numbered> shadow() {
                return shadow;
            }

            @Override
            public Optional<Suspension> suspension() {
                return suspension;
            }
        };
    }

    InetSocketAddress proxy() {
        return java.util.Objects.requireNonNull(path.addresses().get("proxy"));
    }

    InetSocketAddress listener(String name) {
        return java.util.Objects.requireNonNull(path.addresses().get(name));
    }

    InetSocketAddress redirect() {
        return java.util.Objects.requireNonNull(path.addresses().get("redirect"));
    }

    /** A connection through CONNECT, answered with 200. */
    Socket connectTo(InetSocketAddress upstream) throws IOException {
        return connectTo(InetAddress.getLoopbackAddress(), upstream);
    }

    /** The same, from that address. */
    Socket connectTo(InetAddress from, InetSocketAddress upstream) throws IOException {
        var socket = new Socket(proxy().getAddress(), proxy().getPort(), from, 0);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        var authority = upstream.getAddress().getHostAddress() + ":" + upstream.getPort();
        socket.getOutputStream()
                .write(
                        ("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        var head = Clients.readHead(socket.getInputStream());
        if (!head.startsWith("HTTP/1.1 200 ")) {
            throw new IOException("CONNECT was answered with " + head);
        }
        return socket;
    }

    /** The next record, as its line of JSON. */
    Line record() throws InterruptedException {
        var record = records.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (record == null) {
            throw new IllegalStateException("no record within " + PATIENCE);
        }
        return new Line(record.line());
    }

    /** Those that no test asked for. */
    List<String> takeRecords() {
        var left = new java.util.ArrayList<ConnectionRecord>();
        records.drainTo(left);
        return left.stream().map(ConnectionRecord::line).toList();
    }

    double count(String outcome, String reason) {
        return meters.get("overt.edge.connections")
                .tags("outcome", outcome, "reason", reason)
                .counter()
                .count();
    }

    /** As a reload of the configuration does. */
    void apply(Limits limits, Deadlines deadlines) {
        path.apply(settings(limits, deadlines));
    }

    int openConnections() {
        return path.openConnections();
    }

    /** Waits until nothing is open any more. */
    void awaitQuiet() {
        await().atMost(PATIENCE).until(() -> path.openConnections() == 0);
    }

    /** As SIGTERM does; closing afterwards changes nothing more. */
    void stop() {
        path.close();
    }

    @Override
    public void close() {
        stop();
        upstreams.close();
        forge.close();
    }

    /** A record as it is written, with an eye for single members. */
    record Line(String json) {
        /** A text member's value; {@code null} as the word. */
        String text(String member) {
            var found =
                    java.util.regex.Pattern.compile(
                                    "\"" + member + "\":(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^,}]+))")
                            .matcher(json);
            if (!found.find()) {
                throw new IllegalArgumentException("no member " + member + " in " + json);
            }
            return found.group(1) != null ? found.group(1) : found.group(2);
        }

        /** Outcome, reason and ending in one. */
        String fate() {
            return text("outcome") + " " + text("reason") + " " + text("ending");
        }
    }
}
