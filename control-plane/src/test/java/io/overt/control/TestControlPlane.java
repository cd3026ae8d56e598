package io.overt.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.ManagedChannel;
import io.overt.control.cli.Overtctl;
import io.overt.control.store.TestStore;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.process.Parts;
import io.overt.service.rpc.FleetChannel;
import io.overt.testkit.pki.TestFleet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole control plane over mutual TLS, and who calls it. {@code overtctl} runs on any thread; all
 * else is for the one of the test.
 */
public final class TestControlPlane implements AutoCloseable {
    private final TestControlConfig config;
    private final ControlConfig read;
    private final List<AutoCloseable> clients = new ArrayList<>();

    /** Of {@code overtctl}, by role and name. Guarded by this. */
    private final Map<String, Path> overtctls = new HashMap<>();

    private Parts parts = new Parts();
    private ControlPlane running;

    /** Starts it. The configuration is closed with this. */
    public TestControlPlane(TestControlConfig config) throws Exception {
        this.config = config;
        this.read = config.read();
        this.running = ControlPlane.start(read, Clock.systemUTC(), parts);
    }

    /** What runs. */
    public ControlPlane running() {
        return running;
    }

    /** Whose certificates it believes. */
    public TestFleet fleet() {
        return config.fleet();
    }

    /** Where its state is. */
    public TestStore store() {
        return config.store();
    }

    /** A channel with a certificate of the fleet; closed with this. */
    public ManagedChannel channel(String role, String name) throws Exception {
        var files = fleet().issue(role, name);
        var tls = new FleetTls(files.certificateChain(), files.privateKey(), files.trustAnchors());
        var channel =
                FleetChannel.to(running.rpcAddress(), tls, ExpectedPeer.of(Role.CONTROL), 64 << 20);
        clients.add(tls);
        clients.add(channel::shutdownNow);
        return channel;
    }

    /** Runs {@code overtctl} as whoever has this name; its exit code, then what it printed. */
    public String overtctl(String role, String name, String... args) throws IOException {
        return overtctl(Map.of("OVERTCTL_CONFIG", overtctlConfig(role, name).toString()), args);
    }

    /** Runs {@code overtctl} with this environment; its exit code, then what it printed. */
    public static String overtctl(Map<String, String> environment, String... args) {
        var printed = new StringWriter();
        var writer = new PrintWriter(printed, true);
        int exit = Overtctl.run(environment, writer, writer, args);
        return exit + " " + printed;
    }

    /** The configuration of {@code overtctl} for whoever has this name. */
    public synchronized Path overtctlConfig(String role, String name) throws IOException {
        var known = overtctls.get(role + "-" + name);
        if (known != null) {
            return known;
        }
        var files = fleet().issue(role, name);
        var written =
                Files.writeString(
                        config.folder().resolve("overtctl-" + role + "-" + name + ".yaml"),
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
        overtctls.put(role + "-" + name, written);
        return written;
    }

    /** Stops it and starts it again on the same state, at other ports. */
    public synchronized void restart() throws Exception {
        parts.close();
        parts = new Parts();
        running = ControlPlane.start(read, Clock.systemUTC(), parts);
        overtctls.clear();
    }

    @Override
    public void close() {
        try {
            for (var client : clients) {
                client.close();
            }
            parts.close();
            config.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
