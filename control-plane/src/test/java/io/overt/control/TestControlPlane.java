package io.overt.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.ManagedChannel;
import io.overt.control.access.AccessSettings;
import io.overt.control.cli.Overtctl;
import io.overt.control.lists.ListsConfig;
import io.overt.control.publish.PolicyPublisher.PublicationLimits;
import io.overt.control.publish.PolicySigningKey;
import io.overt.control.rollout.RolloutSettings;
import io.overt.control.store.StoreConfig;
import io.overt.control.web.WebSettings;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetFiles;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.process.Parts;
import io.overt.service.rpc.FleetChannel;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A whole control plane over mutual TLS, for tests of who may what. */
public final class TestControlPlane implements AutoCloseable {
    private final Path folder;
    private final TestFleet fleet;
    private final ControlConfig config;
    private final List<AutoCloseable> clients = new ArrayList<>();
    private Parts parts = new Parts();
    private ControlPlane running;

    /** Starts it in an empty folder, without a listener for browsers. */
    public TestControlPlane(Path folder, AccessSettings access) throws Exception {
        this(folder, access, Optional.empty());
    }

    /** Starts it in an empty folder, with a listener for browsers. */
    public static TestControlPlane withWeb(Path folder, AccessSettings access) throws Exception {
        return new TestControlPlane(
                folder,
                access,
                Optional.of(
                        (fleet, control) -> {
                            var browser =
                                    fleet.pki()
                                            .leaf("localhost", "127.0.0.1")
                                            .write(folder, "browser", fleet.pki().anchor());
                            return new WebSettings(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                    browser.certificateChain(),
                                    browser.privateKey(),
                                    Optional.of(control.trustAnchors()),
                                    1 << 20,
                                    Duration.ofSeconds(20),
                                    Duration.ofSeconds(20),
                                    100);
                        }));
    }

    private interface Web {
        WebSettings of(TestFleet fleet, PemFiles control);
    }

    private TestControlPlane(Path folder, AccessSettings access, Optional<Web> web)
            throws Exception {
        this.folder = folder;
        this.fleet = TestPki.fleet(Files.createDirectory(folder.resolve("fleet")), "hq");
        var signingKey = folder.resolve("policy.key");
        PolicySigningKey.create(signingKey);
        var control = fleet.issue("control", "control-1");
        var loopback = InetAddress.getLoopbackAddress();
        this.config =
                new ControlConfig(
                        new InetSocketAddress(loopback, 0),
                        new InetSocketAddress(loopback, 0),
                        files(control),
                        new StoreConfig.InFile(folder.resolve("state/control.db")),
                        signingKey,
                        new PublicationLimits(1 << 20, 1),
                        ListsConfig.defaults(folder.resolve("state/lists")),
                        RolloutSettings.defaults(),
                        Optional.empty(),
                        web.map(each -> each.of(fleet, control)),
                        Optional.empty(),
                        access);
        this.running = ControlPlane.start(config, Clock.systemUTC(), parts);
    }

    /** What runs. */
    public ControlPlane running() {
        return running;
    }

    /** Whose certificates it believes. */
    public TestFleet fleet() {
        return fleet;
    }

    /** Where its state is. */
    public Path database() {
        return folder.resolve("state/control.db");
    }

    /** A channel with a certificate of the fleet; closed with this. */
    public ManagedChannel channel(String role, String name) throws Exception {
        var tls = new FleetTls(files(fleet.issue(role, name)));
        var channel =
                FleetChannel.to(running.rpcAddress(), tls, ExpectedPeer.of(Role.CONTROL), 64 << 20);
        clients.add(tls);
        clients.add(channel::shutdownNow);
        return channel;
    }

    /** Runs {@code overtctl} as whoever has this name; its exit code, then what it printed. */
    public String overtctl(String role, String name, String... args) throws Exception {
        var files = fleet.issue(role, name);
        var file =
                Files.writeString(
                        folder.resolve("overtctl-" + role + "-" + name + ".yaml"),
                        """
                        control: 127.0.0.1:%d
                        identity:
                          certificate: %s
                          key: %s
                          trust-anchors: %s
                        """
                                .formatted(
                                        running.rpcAddress().getPort(),
                                        files.certificateChain(),
                                        files.privateKey(),
                                        files.trustAnchors()),
                        UTF_8);
        return overtctl(Map.of("OVERTCTL_CONFIG", file.toString()), args);
    }

    /** Runs {@code overtctl} with this environment; its exit code, then what it printed. */
    public static String overtctl(Map<String, String> environment, String... args) {
        var printed = new StringWriter();
        var writer = new PrintWriter(printed, true);
        int exit = Overtctl.run(environment, writer, writer, args);
        return exit + " " + printed;
    }

    /** Stops it and starts it again on the same state. */
    public void restart() throws Exception {
        parts.close();
        parts = new Parts();
        running = ControlPlane.start(config, Clock.systemUTC(), parts);
    }

    @Override
    public void close() {
        try {
            for (var client : clients) {
                client.close();
            }
            parts.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static FleetFiles files(PemFiles files) {
        return new FleetFiles(files.certificateChain(), files.privateKey(), files.trustAnchors());
    }
}
