package io.overt.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.overt.control.TestControlConfig;
import io.overt.control.store.TestStore;
import io.overt.proto.control.v1.ApproveRequest;
import io.overt.proto.control.v1.GetRolloutRequest;
import io.overt.proto.control.v1.GetStatementRequest;
import io.overt.proto.control.v1.PolicyAdminGrpc;
import io.overt.proto.control.v1.PublishRequest;
import io.overt.proto.control.v1.ResumeRolloutRequest;
import io.overt.proto.control.v1.RolloutAdminGrpc;
import io.overt.proto.control.v1.RolloutPhase;
import io.overt.proto.control.v1.RolloutState;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.approval.ApprovedDocument;
import io.overt.service.approval.Approvers;
import io.overt.service.bundle.PolicyStatement;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.rpc.FleetChannel;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TwoApprovers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real control plane, killed as {@code kill -9} does at random moments of rollouts, good and bad
 * ones. {@code -Dovert.rollout.kills=100} for many; the seed is printed.
 */
class RolloutKillTest {
    private static final int KILLS = Integer.getInteger("overt.rollout.kills", 2);
    private static final long SEED = Long.getLong("overt.rollout.seed", System.nanoTime());

    /** Of each rollout, so that many are begun, and many ended. */
    private static final int KILLS_OF_ONE = 3;

    @TempDir Path folder;

    private final Random random = new Random(SEED);
    private final List<RolloutEdge> edges = new ArrayList<>();
    private final List<String> unapproved = new CopyOnWriteArrayList<>();
    private TestStore store;
    private TestFleet pki;
    private TwoApprovers people;
    private Approvers approvers;
    private InetSocketAddress address;
    private Path config;
    private Process control;
    private FleetTls tls;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        var configured = new TestControlConfig(folder);
        store = configured.store();
        pki = configured.fleet();
        people = new TwoApprovers(folder);
        approvers = Approvers.read(people.file());
        // The same address over every life of the process: edges come back to it.
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        }
        config =
                configured
                        .atPort(address.getPort())
                        // Whoever was killed holds it for so long.
                        .withPostgresql("lease: 2s")
                        .with(
                                """
                                rollout:
                                  approvals: 2
                                  approvers: approvers.yaml
                                  wait-after-start: 3s
                                  plan:
                                    waves:
                                      - {name: canary, labels: [canary], bake: 500ms}
                                      # Of six edges it may be none, so that a person goes on.
                                      - {name: half, sites: [hq], percent: 50, bake: 400ms, deadline: 3s}
                                      - {name: everyone, bake: 400ms}
                                    gates:
                                      handshake-failures: {at-most: 5%, connections: 100, action: roll-back}
                                """)
                        .write("control-1");
        control = run();
        var operator = pki.issue("operator", "ann");
        tls =
                new FleetTls(
                        operator.certificateChain(),
                        operator.privateKey(),
                        operator.trustAnchors());
        channel = FleetChannel.to(address, tls, ExpectedPeer.of(Role.CONTROL), 16 << 20);
        for (int i = 0; i < 6; i++) {
            var labels = i == 0 ? new String[] {"canary"} : new String[0];
            edges.add(
                    new RolloutEdge(
                            address,
                            pki.issue("edge", "edge-" + i),
                            new RolloutEdge.Nature(
                                    List.of(labels), this::isBad, _ -> false, this::inspect)));
        }
    }

    @AfterEach
    void stop() throws Exception {
        edges.forEach(RolloutEdge::close);
        channel.shutdownNow();
        tls.close();
        control.destroyForcibly();
        assertThat(control.waitFor(30, TimeUnit.SECONDS)).isTrue();
        store.remove();
    }

    @Test
    void
            killed_at_random_moments_it_ends_where_it_should_and_nobody_was_offered_what_was_not_approved()
                    throws Exception {
        System.out.println("rollout kills: " + KILLS + ", seed " + SEED);
        var good = "";
        int kills = 0;
        int ended = 0;
        for (int number = 1; kills < KILLS; number++) {
            boolean bad = !good.isEmpty() && random.nextInt(3) == 0;
            var document = document(number, bad);
            long rollout = publish(document);
            int approvals = 0;
            for (int i = 0; i < KILLS_OF_ONE && kills < KILLS; i++, kills++) {
                approvals += approveSome(rollout, approvals);
                approvals += approveSome(rollout, approvals);
                kill(rollout);
                System.out.println("kill " + (kills + 1) + " in rollout " + rollout);
            }
            while (approvals < 2) {
                approvals += approve(rollout, approvals);
            }
            var over = ended(rollout);
            ended++;
            if (bad) {
                assertThat(over.getPhase())
                        .as("rollout %d", rollout)
                        .isEqualTo(RolloutPhase.ROLLOUT_PHASE_ROLLED_BACK);
            } else {
                assertThat(over.getPhase())
                        .as("rollout %d", rollout)
                        .isEqualTo(RolloutPhase.ROLLOUT_PHASE_COMPLETE);
                good = document;
            }
            var wanted = good;
            until(() -> edges.stream().allMatch(edge -> edge.document().equals(wanted)));
            assertThat(unapproved).isEmpty();
        }
        assertThat(edges).allSatisfy(edge -> assertThat(edge.offered()).isNotEmpty());
        System.out.println(kills + " kills, " + ended + " rollouts, each ended as it should");
    }

    /** As an edge does: by its own list of people. */
    private void inspect(PolicyBundle bundle) {
        var approvals = new LinkedHashMap<Path, byte[]>();
        bundle.getApprovalsList()
                .forEach(
                        each ->
                                approvals.put(
                                        Path.of("approval-" + approvals.size()),
                                        each.toByteArray()));
        var manifest = RolloutEdge.manifest(bundle);
        var judged = approvers.approve(Path.of("policy"), PolicyStatement.of(manifest), approvals);
        if (!(judged instanceof ApprovedDocument)) {
            unapproved.add("version " + manifest.getVersion() + ": " + judged);
        }
    }

    private boolean isBad(PolicyBundle bundle) {
        return bundle.getFilesCount() > 0
                && bundle.getFiles(0).getContent().toStringUtf8().contains("policy: bad");
    }

    private static String document(int number, boolean bad) {
        return """
               policy: %s
               rules:
                 - {name: number-%d, then: splice}
               """
                .formatted(bad ? "bad" : "good", number);
    }

    private long publish(String document) {
        return asked(
                () ->
                        PolicyAdminGrpc.newBlockingStub(channel)
                                .withWaitForReady()
                                .withDeadlineAfter(2, TimeUnit.SECONDS)
                                .publish(
                                        PublishRequest.newBuilder()
                                                .addFiles(
                                                        BundleFile.newBuilder()
                                                                .setPath("policy.yaml")
                                                                .setContent(
                                                                        ByteString.copyFromUtf8(
                                                                                document)))
                                                .build())
                                .getRollout());
    }

    private int approveSome(long rollout, int before) throws IOException {
        return before < 2 && random.nextInt(4) > 0 ? approve(rollout, before) : 0;
    }

    private int approve(long rollout, int before) throws IOException {
        long version = show(rollout).getVersion();
        var statement =
                asked(
                        () ->
                                rollouts()
                                        .getStatement(
                                                GetStatementRequest.newBuilder()
                                                        .setVersion(version)
                                                        .build())
                                        .getStatement());
        var person = before == 0 ? "alice" : "bob";
        var file = folder.resolve("statement-" + version);
        Files.write(file, statement.toByteArray());
        var signed = folder.resolve("statement-" + version + "." + person + ".sig");
        if (!Files.exists(signed)) {
            people.approve(file, person);
        }
        var signature = ByteString.copyFrom(Files.readAllBytes(signed));
        asked(
                () ->
                        rollouts()
                                .approve(
                                        ApproveRequest.newBuilder()
                                                .setVersion(version)
                                                .setSignature(signature)
                                                .build()));
        return 1;
    }

    private RolloutState show(long rollout) {
        return asked(
                () -> rollouts().getRollout(GetRolloutRequest.newBuilder().setId(rollout).build()));
    }

    private RolloutState ended(long rollout) {
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        var last = show(rollout);
        while (!Phase.valueOf(last.getPhase().name().replace("ROLLOUT_PHASE_", "")).over()) {
            assertThat(System.nanoTime()).as("in time: %s", last).isLessThan(deadline);
            if (last.getPhase() == RolloutPhase.ROLLOUT_PHASE_PAUSED) {
                asked(
                        () ->
                                rollouts()
                                        .resumeRollout(
                                                ResumeRolloutRequest.newBuilder()
                                                        .setId(rollout)
                                                        .build()));
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            last = show(rollout);
        }
        return last;
    }

    private RolloutAdminGrpc.RolloutAdminBlockingStub rollouts() {
        return RolloutAdminGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(2, TimeUnit.SECONDS);
    }

    /** A call that is cut off is made again: what it did is kept, or not begun. */
    private <T> T asked(Supplier<T> call) {
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (true) {
            // Nobody is there while it starts; what comes after must not be waited for ever longer.
            channel.resetConnectBackoff();
            try {
                return call.get();
            } catch (StatusRuntimeException e) {
                if (!isCutOff(e.getStatus()) || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    /**
     * Where the connection ends between two writes, gRPC names its exception and no code of its
     * own.
     */
    private static boolean isCutOff(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> true;
            case UNKNOWN -> status.getCause() instanceof ClosedChannelException;
            default -> false;
        };
    }

    /** At any moment: also while it starts, and while it has just begun to serve. */
    private void kill(long rollout) throws Exception {
        if (random.nextInt(4) > 0) {
            // It serves: what is killed is a rollout, not a start.
            show(rollout);
        }
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(1_000)).toNanos());
        control.destroyForcibly();
        assertThat(control.waitFor(30, TimeUnit.SECONDS)).isTrue();
        control = run();
    }

    private Process run() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.overt.control.ControlMain",
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(
                                Path.of(
                                                System.getProperty("basedir", "."),
                                                "target",
                                                "rollout-kill.log")
                                        .toFile()))
                .start();
    }

    private static void until(Supplier<Boolean> holds) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!holds.get()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
