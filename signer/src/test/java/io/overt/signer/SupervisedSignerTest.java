package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.service.identity.RefusalTrailer;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.softhsm.FaultyToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a signer cannot cure inside its process ends it, in a way that its supervisor starts it
 * again; another signer serves meanwhile. The supervisor here does what the systemd unit does:
 * Restart=on-failure, RestartPreventExitStatus=2.
 */
class SupervisedSignerTest {

    private static final int CLIENTS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path directory;
    private final AtomicInteger hosts = new AtomicInteger();

    @Test
    void a_finalised_library_and_a_hanging_token_end_the_process_and_the_other_signer_serves()
            throws Exception {
        KeyPair originKey = SignerWorld.leafKey();
        SignerWorld one = SignerWorld.idle(Files.createDirectory(directory.resolve("one")));
        FaultyToken faulty = FaultyToken.over(one.token, one.directory);
        one.module = faulty.module();
        one.tokenTimes = "deadline: 500ms\n  stalled-after: 500ms\n  give-up-after: 2s";
        one.config();
        SignerWorld two = SignerWorld.idle(Files.createDirectory(directory.resolve("two")));
        two.config();

        try (SignerProcess other = SignerProcess.start(two.directory.resolve("signer.yaml"));
                Supervisor supervisor = new Supervisor(one, faulty)) {
            SignerWorld.Edge fallback =
                    two.callerAt(other.address(), two.fleet, "edge", "e1").enrolled();
            SignerWorld.Edge first = supervisor.serving(0);
            assertThat(faulty.logins()).as("of the check, and of the start").isEqualTo(2);

            AtomicBoolean enough = new AtomicBoolean();
            AtomicInteger byOne = new AtomicInteger();
            AtomicInteger byTwo = new AtomicInteger();
            List<String> failures = new CopyOnWriteArrayList<>();
            try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
                List<Future<?>> running = new ArrayList<>();
                for (int client = 0; client < CLIENTS; client++) {
                    running.add(
                            clients.submit(
                                    () -> {
                                        while (!enough.get()) {
                                            Optional<String> failure =
                                                    ask(one, supervisor.latest(), originKey);
                                            failure.ifPresent(failures::add);
                                            if (failure.isEmpty()) {
                                                byOne.incrementAndGet();
                                            } else if (ask(two, fallback, originKey).isEmpty()) {
                                                byTwo.incrementAndGet();
                                            } else {
                                                throw new AssertionError("nobody served");
                                            }
                                        }
                                        return null;
                                    }));
                }
                more(byOne, 5);
                assertThat(failures).isEmpty();

                faulty.finalise();
                assertThat(supervisor.exit(0)).isEqualTo(1);
                int servedByTwo = byTwo.get();
                SignerWorld.Edge second = supervisor.serving(1);
                assertThat(byTwo.get()).as("while the first was away").isGreaterThan(servedByTwo);
                more(byOne, 5);
                assertThat(faulty.logins()).isEqualTo(4);

                faulty.stallSignatures(FaultyToken.ALWAYS);
                assertThat(supervisor.exit(1)).isEqualTo(1);
                assertThat(second).isNotSameAs(first);
                enough.set(true);
                for (Future<?> each : running) {
                    each.get();
                }
            }
            assertThat(failures)
                    .allMatch(
                            each ->
                                    each.equals("UNAVAILABLE")
                                            || each.equals(
                                                    RefusalReason.REFUSAL_REASON_TOKEN_UNAVAILABLE
                                                            .name()));
            System.out.printf(
                    "a finalised library and a hanging token: %d requests served by it, %d by the other signer, nobody unserved%n",
                    byOne.get(), byTwo.get());
        } finally {
            one.stop();
            two.stop();
        }
    }

    private static void more(AtomicInteger counter, int by) {
        int wanted = counter.get() + by;
        await().atMost(PATIENCE).until(() -> counter.get() >= wanted);
    }

    /** Why there was no certificate, if so. */
    private Optional<String> ask(SignerWorld world, SignerWorld.Edge edge, KeyPair originKey)
            throws Exception {
        String host = "h%d.example".formatted(hosts.incrementAndGet());
        long began = System.nanoTime();
        try {
            ForgeRequest request =
                    edge.request(
                                    world.internet.issue(CertificateSpec.leaf(host).key(originKey)),
                                    host)
                            .build();
            edge.stub.withDeadlineAfter(10, TimeUnit.SECONDS).forge(request);
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("token.deadline is 500 ms")
                    .isLessThan(Duration.ofSeconds(5));
            if (e.getStatus().getCode() == Status.Code.UNAVAILABLE
                    || e.getStatus().getCode() == Status.Code.CANCELLED) {
                return Optional.of(
                        RefusalTrailer.from(e)
                                .map(refusal -> refusal.getReason().name())
                                .orElse("UNAVAILABLE"));
            }
            throw e;
        }
    }

    /** Starts a signer again whenever it failed, on a thread of its own. */
    private static final class Supervisor implements AutoCloseable {

        private static final int STARTS = 2;

        private final SignerWorld world;
        private final FaultyToken faulty;
        private final List<CompletableFuture<SignerWorld.Edge>> edges = new ArrayList<>();
        private final List<CompletableFuture<Integer>> exits = new ArrayList<>();
        private final KeyPair leafKey = SignerWorld.leafKey();
        private volatile SignerWorld.Edge latest;
        private volatile @Nullable SignerProcess process;
        private volatile boolean closed;

        Supervisor(SignerWorld world, FaultyToken faulty) throws Exception {
            this.world = world;
            this.faulty = faulty;
            for (int i = 0; i < STARTS; i++) {
                edges.add(new CompletableFuture<>());
                exits.add(new CompletableFuture<>());
            }
            Thread.ofPlatform().daemon().name("supervisor").start(this::run);
            latest = serving(0);
        }

        private void run() {
            int start = 0;
            try {
                for (; start < STARTS && !closed; start++) {
                    SignerProcess started =
                            SignerProcess.start(world.directory.resolve("signer.yaml"));
                    process = started;
                    latest =
                            world.callerAt(started.address(), world.fleet, "edge", "e1")
                                    .with(leafKey)
                                    .enrolled();
                    edges.get(start).complete(latest);
                    int exit = started.process().waitFor();
                    faulty.releaseStalled(); // what hung went with the process
                    exits.get(start).complete(exit);
                    if (exit == 0 || exit == 2) {
                        return;
                    }
                }
            } catch (Exception e) { // its backstop: whoever waits for it is told
                edges.get(start).completeExceptionally(e);
                exits.get(start).completeExceptionally(e);
            }
        }

        /** An edge of the process of this start, once it serves. */
        SignerWorld.Edge serving(int start) throws Exception {
            return edges.get(start).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        int exit(int start) throws Exception {
            return exits.get(start).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        SignerWorld.Edge latest() {
            return latest;
        }

        @Override
        public void close() {
            closed = true;
            SignerProcess last = process;
            if (last != null) {
                last.kill();
            }
        }
    }
}
