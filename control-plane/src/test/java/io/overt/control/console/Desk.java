package io.overt.control.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.overt.control.ControlConfig;
import io.overt.control.ControlPlane;
import io.overt.control.access.AccessRole;
import io.overt.control.access.AccessSettings;
import io.overt.control.access.Grants.Grant;
import io.overt.control.access.Grants.Receiver;
import io.overt.control.access.IdentityPattern;
import io.overt.control.access.Reach;
import io.overt.control.lists.ListsConfig;
import io.overt.control.publish.PolicyPublisher.PublicationLimits;
import io.overt.control.publish.PolicySigningKey;
import io.overt.control.rollout.RolloutSettings;
import io.overt.control.store.StoreConfig;
import io.overt.control.web.WebSettings;
import io.overt.control.witness.GrownLog;
import io.overt.control.witness.LogServer;
import io.overt.control.witness.WitnessKey;
import io.overt.control.witness.WitnessSettings;
import io.overt.proto.control.v1.ExclusionEntry;
import io.overt.service.config.ConfigFile;
import io.overt.service.identity.FleetFiles;
import io.overt.service.process.Parts;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * All that a desk has before it: a control plane with a witnessed log, two people whose approvals
 * count, edges at two sites, and doorways for people of several roles.
 */
final class Desk implements AutoCloseable {
    private final Path folder;
    private final TestFleet fleet;
    private final ControlPlane control;
    private final Parts parts = new Parts();
    private final List<AutoCloseable> others = new ArrayList<>();

    Desk(Path folder) throws Exception {
        this.folder = folder;
        this.fleet = TestPki.fleet(Files.createDirectories(folder.resolve("fleet")), "hq");
        var files = fleet.issue("control", "control-1");
        var browser =
                fleet.pki()
                        .leaf("localhost", "127.0.0.1")
                        .write(folder, "browser", fleet.pki().anchor());
        var signingKey = folder.resolve("policy.key");
        PolicySigningKey.create(signingKey);
        var witnessKey = folder.resolve("witness.key");
        WitnessKey.create(witnessKey, "control.example/witness");
        var log = new GrownLog("signer-1.example/log").append("entry", 300);
        var logServer = new LogServer(log);
        others.add(logServer);
        var loopback = InetAddress.getLoopbackAddress();
        this.control =
                ControlPlane.start(
                        new ControlConfig(
                                new InetSocketAddress(loopback, 0),
                                new InetSocketAddress(loopback, 0),
                                new FleetFiles(
                                        files.certificateChain(),
                                        files.privateKey(),
                                        files.trustAnchors()),
                                new StoreConfig.InFile(folder.resolve("state/control.db")),
                                signingKey,
                                new PublicationLimits(1 << 20, 1),
                                ListsConfig.defaults(folder.resolve("state/lists")),
                                rollout(),
                                Optional.of(
                                        new WitnessSettings(
                                                new InetSocketAddress(loopback, 0),
                                                witnessKey,
                                                Duration.ofMillis(200),
                                                Duration.ofSeconds(5),
                                                Duration.ofMinutes(3),
                                                List.of(
                                                        new WitnessSettings.LogEntry(
                                                                logServer.url(),
                                                                Optional.of(log.key()),
                                                                Optional.empty())))),
                                Optional.of(
                                        new WebSettings(
                                                new InetSocketAddress(loopback, 0),
                                                browser.certificateChain(),
                                                browser.privateKey(),
                                                Optional.of(files.trustAnchors()),
                                                4 << 20,
                                                Duration.ofSeconds(20),
                                                Duration.ofSeconds(20),
                                                200)),
                                Optional.empty(),
                                new AccessSettings(
                                        Optional.of(
                                                List.of(
                                                        grant("ann", AccessRole.values()),
                                                        grant("vera", AccessRole.VIEWER),
                                                        grant("arthur", AccessRole.AUTHOR))),
                                        Optional.empty(),
                                        Duration.ofMinutes(1))),
                        Clock.systemUTC(),
                        parts);
    }

    private static Grant grant(String name, AccessRole... roles) {
        return new Grant(
                new Receiver.Certificate(IdentityPattern.parse("overt://hq/operator/" + name)),
                Set.of(roles),
                new Reach.Fleet());
    }

    /** Two of two people approve; what is published goes to everybody at once, once they did. */
    private RolloutSettings rollout() throws Exception {
        var approvers =
                Files.writeString(
                        folder.resolve("approvers.yaml"),
                        "threshold: 2\napprovers:\n  - { name: alice, key: \"%s\" }\n  - { name: bob, key: \"%s\" }\n"
                                .formatted(keyOf("alice"), keyOf("bob")),
                        UTF_8);
        var text =
                Files.writeString(
                        folder.resolve("rollout.yaml"),
                        "approvals: 2\napprovers: "
                                + approvers
                                + "\npublisher-may-approve: true\nwait-after-start: 0s\n",
                        UTF_8);
        var node = ConfigFile.read(text);
        var settings = RolloutSettings.read(node);
        node.finish();
        return settings;
    }

    private String keyOf(String person) throws Exception {
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", key(person));
        return Files.readString(Path.of(key(person) + ".pub"), UTF_8).strip();
    }

    private String key(String person) {
        return folder.resolve(person).toString();
    }

    /** Signs as the page says it is to be signed; where the signature is. */
    Path sign(String person, byte[] statement) throws Exception {
        var file = Files.write(folder.resolve(person + ".statement"), statement);
        Files.deleteIfExists(Path.of(file + ".sig"));
        run("ssh-keygen", "-Y", "sign", "-n", "overt-approval", "-f", key(person), file.toString());
        return Path.of(file + ".sig");
    }

    private static void run(String... command) throws Exception {
        var process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command));
        }
    }

    /** An edge of a site. */
    DeskEdge edge(String site, String name, List<String> labels, LongPredicate failsUnder)
            throws Exception {
        var exclusion =
                site.equals("hq")
                        ? Optional.of(
                                ExclusionEntry.newBuilder()
                                        .setHost("<b>pinned</b>.bank.example")
                                        .setBasis("learned")
                                        .setKind("alert")
                                        .setRefusals(12)
                                        .build())
                        : Optional.<ExclusionEntry>empty();
        var edge =
                DeskEdge.connect(
                        control.rpcAddress(),
                        (site.equals("hq") ? fleet : fleet.site(site)).issue("edge", name),
                        labels,
                        exclusion,
                        failsUnder);
        others.add(edge);
        return edge;
    }

    /** Where somebody with this certificate finds the console. */
    Doorway doorway(String operator) throws Exception {
        var password = "changeit".toCharArray();
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("anchor", fleet.pki().anchor());
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(fleet.identity("operator", operator).keyStore(password), password);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        var doorway =
                new Doorway(
                        URI.create(
                                "https://localhost:"
                                        + control.webAddress().orElseThrow().getPort()),
                        context);
        others.add(doorway);
        return doorway;
    }

    @Override
    public void close() {
        try {
            for (var each : others.reversed()) {
                each.close();
            }
            parts.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
