package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.ForgeResponse;
import io.overt.service.identity.RefusalTrailer;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.softhsm.FaultyToken;
import io.overt.x509.PresentedChain;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A whole signer over a token that fails on demand, as edges see it over gRPC with mutual TLS. */
class TokenFaultWorldTest {

    private static final int CLIENTS = 8;
    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final Duration WINDOW = Duration.ofSeconds(2);

    @TempDir Path directory;
    private final KeyPair originKey = originKey();
    private final AtomicInteger hosts = new AtomicInteger();
    private SignerWorld world;
    private FaultyToken faulty;
    private SignerWorld.Edge edge;
    private long loginsOfTheStart;

    @BeforeEach
    void start() throws Exception {
        world = SignerWorld.idle(directory);
        faulty = FaultyToken.over(world.token, directory);
        world.module = faulty.module();
        world.tokenTimes =
                "deadline: %ds\n  stalled-after: 300ms\n  give-up-after: 10m\n  retry-interval: 100ms"
                        .formatted(DEADLINE.toSeconds());
        world.start();
        edge = world.edge("e1").enrolled();
        forge(); // the first ones of a cold process are slow by themselves
        loginsOfTheStart = faulty.logins();
    }

    @AfterEach
    void stop() throws Exception {
        faulty.releaseStalled();
        world.stop();
        world.token.dropSessions();
    }

    /**
     * What a client was told, and when: {@link System#nanoTime}.
     *
     * @param refusal of a request that was not answered with a certificate
     */
    private record Asked(long began, long ended, Optional<RefusalReason> refusal) {
        Duration took() {
            return Duration.ofNanos(ended - began);
        }
    }

    @Test
    void five_session_drops_and_a_stalled_token_under_load_cost_a_login_each_and_one_request()
            throws Exception {
        Queue<Asked> asked = new ConcurrentLinkedQueue<>();
        AtomicBoolean enough = new AtomicBoolean();
        List<Duration> windows = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                running.add(
                        clients.submit(
                                () -> {
                                    while (!enough.get()) {
                                        asked.add(ask());
                                    }
                                    return null;
                                }));
            }
            // However it ends: clients that go on would be waited for.
            try {
                for (int drop = 1; drop <= 5; drop++) {
                    int so = drop;
                    awaitMore(asked, 30);
                    long dropped = System.nanoTime();
                    faulty.dropSessions();
                    patiently().until(() -> recoveries() == so);
                    long recovered = System.nanoTime();
                    awaitMore(asked, CLIENTS); // so that all that met it have their answers
                    windows.add(
                            asked.stream()
                                    .filter(
                                            each ->
                                                    each.ended() > dropped
                                                            && each.began() < recovered)
                                    .map(Asked::took)
                                    .max(Duration::compareTo)
                                    .orElseThrow());
                }
                // Readiness is looked at now and then, and may still tell of the last drop.
                patiently().until(() -> world.serving().readiness().unmet().isEmpty());
                // The one that stalls may be a checkpoint's, which no client waits for: then
                // another.
                while (asked.stream().allMatch(each -> each.refusal().isEmpty())) {
                    faulty.stallSignatures(1);
                    long stalled = System.nanoTime();
                    patiently().until(() -> !world.serving().readiness().unmet().isEmpty());
                    assertThat(world.serving().readiness().unmet())
                            .containsEntry("issuer", "the key of each active issuer is stalled");
                    awaitMore(asked, 30);
                    patiently()
                            .until(
                                    () ->
                                            asked.stream()
                                                            .anyMatch(
                                                                    each ->
                                                                            each.refusal()
                                                                                    .isPresent())
                                                    || System.nanoTime() - stalled
                                                            > DEADLINE.plus(WINDOW).toNanos());
                    faulty.releaseStalled();
                    patiently().until(() -> world.serving().readiness().unmet().isEmpty());
                }
                awaitMore(asked, 30);
            } finally {
                enough.set(true);
                faulty.releaseStalled();
            }
            for (Future<?> each : running) {
                each.get();
            }
        }

        assertThat(asked)
                .filteredOn(each -> each.refusal().isPresent())
                .singleElement()
                .satisfies(
                        held -> {
                            assertThat(held.refusal())
                                    .hasValue(RefusalReason.REFUSAL_REASON_TOKEN_UNAVAILABLE);
                            assertThat(held.took()).isBetween(DEADLINE, DEADLINE.plus(WINDOW));
                        });
        assertThat(windows).hasSize(5).allMatch(window -> window.compareTo(WINDOW) < 0);
        assertThat(faulty.drops()).isEqualTo(5);
        assertThat(faulty.logins() - loginsOfTheStart).isEqualTo(5);
        assertThat(recoveries()).isEqualTo(5);
        System.out.printf(
                "%d requests of %d clients, 5 session drops, one stalled call: %d refused; longest request around each drop, ms: %s%n",
                asked.size(),
                CLIENTS,
                asked.stream().filter(each -> each.refusal().isPresent()).count(),
                windows.stream().map(Duration::toMillis).toList());
    }

    @Test
    void a_token_that_stalls_altogether_keeps_no_request_past_its_deadline() throws Exception {
        faulty.stallSignatures(FaultyToken.ALWAYS);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Asked>> all = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                all.add(clients.submit(this::ask));
            }
            for (Future<Asked> each : all) {
                assertThat(each.get().refusal())
                        .hasValue(RefusalReason.REFUSAL_REASON_TOKEN_UNAVAILABLE);
                assertThat(each.get().took()).isLessThan(DEADLINE.plus(WINDOW));
            }
        }
    }

    enum Wrong {
        BITS_FLIPPED,
        BY_ANOTHER_KEY;

        void signatures(FaultyToken faulty) {
            switch (this) {
                case BITS_FLIPPED -> faulty.flipSignatures(FaultyToken.ALWAYS);
                case BY_ANOTHER_KEY -> faulty.signByAnotherKey(FaultyToken.ALWAYS);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wrong.class)
    void a_wrong_signature_never_leaves_and_stops_the_issuer(Wrong wrong) throws Exception {
        // Else it may be the checkpoint of the request before that is signed wrongly, and the log
        // that refuses.
        long[] signed = {-1};
        patiently()
                .during(Duration.ofMillis(500))
                .until(() -> signed[0] == (signed[0] = faulty.signatures()));
        wrong.signatures(faulty);

        assertThat(ask().refusal()).hasValue(RefusalReason.REFUSAL_REASON_SIGNATURE_NOT_VERIFIED);
        assertThat(faulty.wrongSignatures()).isPositive();
        faulty.flipSignatures(0);

        assertThat(ask().refusal())
                .as("a key that was wrong once is not asked again")
                .hasValue(RefusalReason.REFUSAL_REASON_ISSUER_NOT_ACTIVE);
        patiently()
                .until(
                        () ->
                                "no issuer is active"
                                        .equals(world.serving().readiness().unmet().get("issuer")));
    }

    @Test
    void a_pin_that_is_refused_in_a_recovery_costs_one_try_and_all_requests() throws Exception {
        faulty.refusePin();
        faulty.dropSessions();

        for (int i = 0; i < 5; i++) {
            assertThat(ask().refusal()).hasValue(RefusalReason.REFUSAL_REASON_TOKEN_UNAVAILABLE);
        }

        patiently()
                .until(
                        () ->
                                "the key of each active issuer is locked"
                                        .equals(world.serving().readiness().unmet().get("issuer")));
        assertThat(faulty.logins() - loginsOfTheStart).isEqualTo(1);
    }

    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofMinutes(1));
    }

    private static void awaitMore(Queue<Asked> asked, int more) {
        int wanted = asked.size() + more;
        patiently().pollInterval(Duration.ofMillis(10)).until(() -> asked.size() >= wanted);
    }

    /** One request for a host that nobody asked for before. */
    private Asked ask() throws Exception {
        var request = request();
        long began = System.nanoTime();
        try {
            check(edge.stub.withDeadlineAfter(30, TimeUnit.SECONDS).forge(request.build()));
            return new Asked(began, System.nanoTime(), Optional.empty());
        } catch (StatusRuntimeException e) {
            return new Asked(
                    began,
                    System.nanoTime(),
                    Optional.of(
                            RefusalTrailer.from(e)
                                    .orElseThrow(() -> new AssertionError("no refusal", e))
                                    .getReason()));
        }
    }

    private void forge() throws Exception {
        check(edge.forge(request()));
    }

    private ForgeRequest.Builder request() throws Exception {
        String host = "h%d.example".formatted(hosts.incrementAndGet());
        return edge.request(world.internet.issue(CertificateSpec.leaf(host).key(originKey)), host);
    }

    private void check(ForgeResponse response) throws Exception {
        ByteString certificate = response.getCertificate();
        PresentedChain.parse(List.of(certificate.toByteArray()))
                .leaf()
                .verify(world.token.issuing().getPublicKey());
    }

    private double recoveries() {
        return world.serving()
                .registry()
                .get("overt.signer.token.recoveries")
                .tag("result", "recovered")
                .counter()
                .count();
    }

    private static KeyPair originKey() {
        try {
            return SignerWorld.leafKey();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
