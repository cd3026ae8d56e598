package io.overt.edge.policy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.service.identity.FleetTls;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * An edge's policy feed, that may be started again and again on its folder, and a control plane
 * that says anything to it, over real mutual TLS.
 */
final class EdgeAndControl implements AutoCloseable {
    static final PolicyFeedConfig.Terms QUICK =
            new PolicyFeedConfig.Terms(
                    Optional.empty(), List.of(), Duration.ofSeconds(5), Duration.ofMillis(300));

    final TestBundles bundles = new TestBundles();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Path state;
    private final TestFleet fleet;
    private final Path key;
    private final List<Runnable> open = new ArrayList<>();

    /** Added to the clock by which emergency orders end. */
    volatile Duration later = Duration.ZERO;

    final ScriptedControlPlane control;
    private PolicyFeedConfig.Terms terms = QUICK;
    private int started;

    EdgeAndControl(Path folder) throws Exception {
        fleet = TestPki.fleet(Files.createDirectory(folder.resolve("fleet")), "hq");
        state = folder.resolve("state");
        key = bundles.writePublicKey(folder.resolve("policy.key.pub"));
        control =
                new ScriptedControlPlane(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), tls("control"));
        open.add(control::close);
    }

    Instant now() {
        return Instant.now().plus(later);
    }

    void terms(UnaryOperator<PolicyFeedConfig.Terms> change) {
        terms = change.apply(terms);
    }

    PolicyFeedConfig.Terms terms() {
        return terms;
    }

    /** Starts the edge, and hears its Hello. */
    PolicyFeed start() throws Exception {
        var feed = startUnheard();
        if (!control.hear().hasHello()) {
            throw new AssertionError("no Hello first");
        }
        return feed;
    }

    PolicyFeed startUnheard() throws Exception {
        meters.clear();
        return startIn(state);
    }

    /** Another edge, with a folder of its own. */
    PolicyFeed startIn(Path state) throws Exception {
        return keep(
                PolicyFeed.start(
                        new PolicyFeedConfig(control.address(), List.of(key), 1 << 20, terms),
                        tls("edge"),
                        state,
                        state.equals(this.state) ? meters : new SimpleMeterRegistry(),
                        new PolicyFeed.With(
                                _ -> {},
                                Optional.empty(),
                                new NoConnections(this::now),
                                this::now)));
    }

    double count(String name, String tag, String value) {
        return meters.get(name).tag(tag, value).counter().count();
    }

    double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    private FleetTls tls(String role) throws Exception {
        var files = fleet.issue(role, "x" + started++);
        var tls = new FleetTls(files.certificateChain(), files.privateKey(), files.trustAnchors());
        open.add(tls::close);
        return tls;
    }

    private PolicyFeed keep(PolicyFeed feed) {
        open.add(feed::close);
        return feed;
    }

    @Override
    public void close() {
        open.reversed().forEach(Runnable::run);
    }
}
