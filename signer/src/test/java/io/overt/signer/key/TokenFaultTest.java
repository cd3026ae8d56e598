package io.overt.signer.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.signer.key.Signing.NotSigned;
import io.overt.signer.key.Signing.Reason;
import io.overt.signer.key.Signing.Signed;
import io.overt.testkit.softhsm.FaultyToken;
import io.overt.testkit.softhsm.FaultyToken.Scope;
import io.overt.testkit.softhsm.SoftHsmToken;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SunPKCS11 and {@link SigningToken} over a PKCS#11 library that has the faults of a token: what
 * each costs, counted by the library itself.
 */
class TokenFaultTest {

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int THREADS = 4;
    private static final byte[] CONTENT = {1, 2, 3};

    @TempDir Path directory;
    private SoftHsmToken token;
    private FaultyToken faulty;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<String> lastResort = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void make() {
        token = SoftHsmToken.create(directory);
        faulty = FaultyToken.over(token, directory);
    }

    @AfterEach
    void close() throws Exception {
        faulty.failNoMore();
        faulty.releaseStalled();
        for (AutoCloseable each : open) {
            each.close();
        }
        token.dropSessions(); // the login of one that could not log out
    }

    @Test
    void sessions_dropped_under_load_cost_a_login_each_and_no_request() throws Exception {
        SigningToken signing = open(settings(LONG, LONG, LONG));
        SigningKey key = key(signing);
        List<Signing> answers = new CopyOnWriteArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int client = 0; client < 8; client++) {
                clients.add(
                        callers.submit(
                                () -> {
                                    while (faulty.drops() < 5 || recoveries("recovered") < 5) {
                                        answers.add(key.sign(CONTENT));
                                    }
                                }));
            }
            for (int drop = 1; drop <= 5; drop++) {
                int so = drop;
                int enough = answers.size() + 40;
                await().until(() -> answers.size() >= enough);
                faulty.dropSessions();
                await().until(() -> recoveries("recovered") == so);
            }
            for (Future<?> client : clients) {
                client.get();
            }
        }

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer).isInstanceOf(Signed.class))
                .allMatch(this::verifies);
        assertThat(faulty.drops()).isEqualTo(5);
        assertThat(faulty.logins()).as("of the start, and one a recovery").isEqualTo(1 + 5);
        assertThat(recoveries("failed")).isZero();
        assertThat(lastResort).isEmpty();
    }

    @Test
    void one_device_error_is_not_seen_by_the_caller_and_costs_a_login() throws Exception {
        SigningToken signing = open(settings(LONG, LONG, LONG));
        faulty.fail(Scope.SIGNING, FaultyToken.CKR_DEVICE_ERROR, 1);

        assertThat(key(signing).sign(CONTENT)).matches(this::verifies);

        assertThat(faulty.failures()).isEqualTo(1);
        assertThat(faulty.logins()).isEqualTo(2);
        assertThat(recoveries("recovered")).isEqualTo(1);
    }

    @Test
    void a_recovery_leaves_no_session_of_the_dead_login_behind() throws Exception {
        SigningToken signing = open(settings(LONG, LONG, LONG));
        key(signing).sign(CONTENT);
        long before = faulty.sessions();

        for (int i = 0; i < 3; i++) {
            faulty.fail(Scope.SIGNING, FaultyToken.CKR_DEVICE_ERROR, 1);
            assertThat(key(signing).sign(CONTENT)).matches(this::verifies);
        }

        assertThat(faulty.sessions()).isEqualTo(before);
    }

    @Test
    void a_token_that_is_away_fails_fast_and_comes_back_by_itself() throws Exception {
        SigningToken signing = open(settings(LONG, LONG, LONG));
        faulty.fail(Scope.EVERYTHING, FaultyToken.CKR_DEVICE_ERROR, FaultyToken.ALWAYS);

        assertThat(key(signing).sign(CONTENT))
                .isEqualTo(new NotSigned(Reason.FAILED, "the token is down"));
        assertThat(signing.state()).isEqualTo(KeyState.DOWN);
        faulty.failNoMore();

        await().until(signing::state, KeyState.UP::equals);
        assertThat(key(signing).sign(CONTENT)).matches(this::verifies);
        assertThat(faulty.logins()).as("none while it was away").isEqualTo(2);
        assertThat(lastResort).isEmpty();
    }

    @Test
    void a_token_that_stays_away_ends_in_the_last_resort() throws Exception {
        SigningToken signing = open(settings(LONG, LONG, Duration.ofMillis(300)));
        faulty.fail(Scope.EVERYTHING, FaultyToken.CKR_DEVICE_ERROR, FaultyToken.ALWAYS);

        assertThat(key(signing).sign(CONTENT)).isInstanceOf(NotSigned.class);

        await().untilAsserted(
                        () ->
                                assertThat(lastResort)
                                        .containsExactly(
                                                "token '%s': no fresh session cured the token in PT0.3S"
                                                        .formatted(token.label())));
        assertThat(faulty.logins()).isEqualTo(1);
    }

    @Test
    void a_stalled_signature_is_late_for_its_caller_alone_and_ends_in_the_last_resort()
            throws Exception {
        Duration deadline = Duration.ofMillis(300);
        SigningToken signing =
                open(settings(deadline, Duration.ofMillis(100), Duration.ofMillis(900)));
        faulty.stallSignatures(1);

        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Signing> held = callers.submit(() -> key(signing).sign(CONTENT));
            await().until(() -> faulty.stalled() == 1);
            assertThat(key(signing).sign(CONTENT)).matches(this::verifies);
            assertThat(held.get())
                    .isEqualTo(
                            new NotSigned(Reason.TOO_SLOW, "no answer from the token in PT0.3S"));
        }
        assertThat(signing.state()).isEqualTo(KeyState.STALLED);
        await().untilAsserted(
                        () ->
                                assertThat(lastResort)
                                        .containsExactly(
                                                "token '%s': a call has been in the token for PT0.9S"
                                                        .formatted(token.label())));
    }

    @Test
    void a_token_that_stalls_altogether_keeps_nobody_longer_than_the_deadline() throws Exception {
        Duration deadline = Duration.ofMillis(200);
        SigningToken signing = open(settings(deadline, LONG, LONG));
        faulty.stallSignatures(FaultyToken.ALWAYS);
        long began = System.nanoTime();

        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Signing>> all = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                all.add(callers.submit(() -> key(signing).sign(CONTENT)));
            }
            for (Future<Signing> each : all) {
                assertThat(each.get())
                        .isInstanceOfSatisfying(
                                NotSigned.class,
                                not -> assertThat(not.reason()).isIn(Reason.TOO_SLOW, Reason.BUSY));
            }
        }

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isLessThan(deadline.multipliedBy(10));
        assertThat(faulty.stalled()).isEqualTo(THREADS);
        faulty.releaseStalled();
        assertThat(key(signing).sign(CONTENT)).as("released, it goes on").matches(this::verifies);
    }

    @Test
    void a_pin_that_is_refused_at_the_start_is_tried_once() {
        faulty.refusePin();

        SigningKeyException refused =
                catchThrowableOfType(
                        SigningKeyException.class, () -> open(settings(LONG, LONG, LONG)));

        assertThat(refused.kind()).isEqualTo(SigningKeyException.Kind.PIN);
        assertThat(faulty.logins()).isEqualTo(1);
    }

    @Test
    void a_pin_that_is_refused_in_a_recovery_is_never_tried_again() throws Exception {
        SigningToken signing = open(settings(LONG, LONG, LONG));
        faulty.refusePin();
        faulty.dropSessions();

        for (int i = 0; i < 20; i++) {
            assertThat(key(signing).sign(CONTENT))
                    .isEqualTo(new NotSigned(Reason.LOCKED, "the token refused the PIN"));
        }

        assertThat(key(signing).canary()).isPresent();
        assertThat(faulty.logins()).as("of the start, and of the recovery").isEqualTo(2);
        assertThat(lastResort).as("a restart would try it again").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"3, UNSAID, 2", "4, UNSAID, 3", "3, DECLARED, 2"})
    void a_token_with_few_sessions_signs_with_as_many_as_it_has(long cap, Cap kind, int lanes)
            throws Exception {
        kind.of(faulty, cap);
        SigningToken signing = open(settings(LONG, LONG, LONG));
        // Long enough that all lanes are in the token at once, and meet what it has not.
        faulty.delaySignatures(Duration.ofMillis(5));
        List<Signing> answers = signAtOnce(signing, 200);

        assertThat(answers).allMatch(this::verifies);
        assertThat(faulty.mostSessions()).isLessThanOrEqualTo(cap);
        assertThat(faulty.logins()).as("no session was replaced for that").isEqualTo(1);
        assertThat(lanes()).isBetween(1.0, (double) lanes);
    }

    enum Cap {
        UNSAID,
        DECLARED;

        void of(FaultyToken faulty, long sessions) {
            switch (this) {
                case UNSAID -> faulty.capSessions(sessions);
                case DECLARED -> faulty.declareSessions(sessions);
            }
        }
    }

    @Test
    void a_token_with_few_sessions_is_recovered_with_as_few() throws Exception {
        faulty.capSessions(3);
        SigningToken signing = open(settings(LONG, LONG, LONG));
        signAtOnce(signing, 50);
        faulty.fail(Scope.SIGNING, FaultyToken.CKR_DEVICE_ERROR, 1);

        assertThat(signAtOnce(signing, 50)).allMatch(this::verifies);

        assertThat(faulty.logins()).isEqualTo(2);
        assertThat(faulty.mostSessions()).isLessThanOrEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void a_token_with_too_few_sessions_is_refused_with_the_reason(long cap) {
        faulty.capSessions(cap);

        SigningKeyException refused =
                catchThrowableOfType(
                        SigningKeyException.class, () -> open(settings(LONG, LONG, LONG)));

        assertThat(refused)
                .hasMessageContaining("CKR_SESSION_COUNT")
                .hasMessageContaining("expected: at least 3 for this process");
    }

    @Test
    void a_token_that_signs_wrongly_at_the_start_is_not_used() {
        faulty.flipSignatures(1);

        SigningKeyException refused =
                catchThrowableOfType(
                        SigningKeyException.class, () -> open(settings(LONG, LONG, LONG)));

        assertThat(refused.kind()).isEqualTo(SigningKeyException.Kind.KEY);
        assertThat(refused).hasMessageContaining("signed a canary with another key");
    }

    @Test
    void a_canary_by_another_key_is_found() throws Exception {
        token.generateKey();
        SigningToken signing = open(settings(LONG, LONG, LONG));
        faulty.signByAnotherKey(FaultyToken.ALWAYS);

        assertThat(key(signing).canary()).isPresent();

        assertThat(signing.state()).isIn(KeyState.DOWN, KeyState.RECOVERING);
    }

    @Test
    void a_finalised_library_ends_in_the_last_resort_at_once() throws Exception {
        SigningToken signing = open(settings(LONG, LONG, LONG));
        faulty.pretendFinalised();

        assertThat(key(signing).sign(CONTENT)).isInstanceOf(NotSigned.class);

        assertThat(lastResort)
                .containsExactly(
                        "token '%s': the PKCS#11 library was finalised under us"
                                .formatted(token.label()));
        assertThat(faulty.logins()).isEqualTo(1);
    }

    @Test
    void a_library_that_is_finalised_while_the_token_is_down_ends_in_the_last_resort_too()
            throws Exception {
        SigningToken signing = open(settings(LONG, LONG, LONG));
        faulty.fail(Scope.EVERYTHING, FaultyToken.CKR_DEVICE_ERROR, FaultyToken.ALWAYS);
        assertThat(key(signing).sign(CONTENT)).isInstanceOf(NotSigned.class);
        assertThat(lastResort).isEmpty();
        faulty.pretendFinalised();

        await().untilAsserted(() -> assertThat(lastResort).hasSize(1));
        assertThat(lastResort.getFirst()).endsWith("was finalised under us");
    }

    private List<Signing> signAtOnce(SigningToken signing, int signatures) throws Exception {
        List<Signing> answers = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Signing>> asked = new ArrayList<>();
            for (int i = 0; i < signatures; i++) {
                asked.add(callers.submit(() -> key(signing).sign(CONTENT)));
            }
            for (Future<Signing> each : asked) {
                answers.add(each.get());
            }
        }
        return answers;
    }

    private boolean verifies(Signing signing) {
        return signing instanceof Signed(byte[] signature)
                && SignatureScheme.ECDSA_SHA256.verifies(issuing(), CONTENT, signature);
    }

    private SigningKey key(SigningToken signing) {
        return signing.key(issuing());
    }

    private PublicKey issuing() {
        return token.issuing().getPublicKey();
    }

    private SigningToken open(TokenSettings settings) throws SigningKeyException {
        SigningToken signing =
                SigningToken.open(settings, List.of(issuing()), registry, lastResort::add);
        open.add(signing);
        return signing;
    }

    private TokenSettings settings(Duration deadline, Duration stalled, Duration giveUp) {
        return new TokenSettings(
                faulty.module(),
                token.label(),
                token.pinFile(),
                THREADS,
                256,
                deadline,
                stalled,
                giveUp,
                Duration.ofMillis(50),
                LONG);
    }

    private double recoveries(String result) {
        return registry.get("overt.signer.token.recoveries")
                .tag("result", result)
                .counter()
                .count();
    }

    private double lanes() {
        return registry.get("overt.signer.token.lanes").gauge().value();
    }
}
