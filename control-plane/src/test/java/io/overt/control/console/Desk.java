package io.overt.control.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.overt.control.ControlPlane;
import io.overt.control.TestControlConfig;
import io.overt.control.TestControlPlane;
import io.overt.control.witness.GrownLog;
import io.overt.control.witness.LogServer;
import io.overt.control.witness.WitnessKey;
import io.overt.proto.control.v1.ExclusionEntry;
import io.overt.testkit.pki.TestFleet;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private final TestControlPlane plane;
    private final ControlPlane control;
    private final List<AutoCloseable> others = new ArrayList<>();

    /**
     * Two of two people approve; what is published goes to everybody at once, once they did. Ann
     * may do everything, Vera only look, and Arthur write.
     */
    Desk(Path folder) throws Exception {
        this.folder = folder;
        var config = new TestControlConfig(folder);
        this.fleet = config.fleet();
        WitnessKey.create(folder.resolve("witness.key"), "control.example/witness");
        var log = new GrownLog("signer-1.example/log").append("entry", 300);
        var logServer = new LogServer(log);
        others.add(logServer);
        Files.writeString(
                folder.resolve("approvers.yaml"),
                "threshold: 2\napprovers:\n  - { name: alice, key: \"%s\" }\n  - { name: bob, key: \"%s\" }\n"
                        .formatted(keyOf("alice"), keyOf("bob")),
                UTF_8);
        this.plane =
                new TestControlPlane(
                        config.withWeb()
                                .with(
                                        """
                                        rollout:
                                          approvals: 2
                                          approvers: approvers.yaml
                                          publisher-may-approve: true
                                          wait-after-start: 0s
                                        witness:
                                          listen: 127.0.0.1:0
                                          key: witness.key
                                          interval: 200ms
                                          logs:
                                            - {url: "%s", key: "%s"}
                                        access:
                                          grants:
                                            - certificate: overt://hq/operator/ann
                                              roles: [viewer, author, approver, operator, security]
                                            - {certificate: "overt://hq/operator/vera", roles: [viewer]}
                                            - {certificate: "overt://hq/operator/arthur", roles: [author]}
                                        """
                                                .formatted(logServer.url(), log.key().vkey())));
        this.control = plane.running();
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
            plane.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
