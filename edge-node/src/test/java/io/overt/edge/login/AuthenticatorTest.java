package io.overt.edge.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthenticatorTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");
    private static final InetAddress ANOTHER = InetAddress.ofLiteral("192.0.2.8");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();

    @SuppressWarnings("NullAway.Init")
    private Path file;

    @SuppressWarnings("NullAway.Init")
    private Authenticator authenticator;

    @BeforeEach
    void open() throws Exception {
        file = Files.writeString(folder.resolve("users"), UserFileTest.ALICE + "\n");
        authenticator = authenticator(3, 16);
    }

    @AfterEach
    void close() {
        authenticator.close();
    }

    private Authenticator authenticator(int attempts, int queue) throws UserFileException {
        return new Authenticator(
                new LoginSettings(
                        "proxy",
                        file,
                        Duration.ofMinutes(5),
                        attempts,
                        Duration.ofMinutes(1),
                        queue),
                Duration.ofMillis(50),
                nanos::get,
                new SecureRandom(),
                meters);
    }

    @Test
    void a_password_is_hashed_once_and_remembered_for_a_while() {
        assertThat(asks("alice", "correct horse")).isEqualTo(new Verdict.Verified("alice"));
        assertThat(asks("alice", "correct horse")).isEqualTo(new Verdict.Verified("alice"));
        assertThat(count("verified")).isEqualTo(1);
        assertThat(count("remembered")).isEqualTo(1);
        nanos.addAndGet(Duration.ofMinutes(6).toNanos());
        assertThat(asks("alice", "correct horse")).isEqualTo(new Verdict.Verified("alice"));
        assertThat(count("verified")).isEqualTo(2);
    }

    @Test
    void who_does_not_say_who_they_are_is_asked_and_not_counted_as_wrong() {
        assertThat(ask(Optional.empty(), CLIENT)).isInstanceOf(Verdict.Missing.class);
        assertThat(ask(Optional.of("Negotiate YII="), CLIENT)).isInstanceOf(Verdict.Missing.class);
        assertThat(count("wrong")).isZero();
    }

    @Test
    void a_stranger_and_a_wrong_password_are_told_the_same() {
        assertThat(asks("alice", "wrong")).isEqualTo(new Verdict.Wrong("user \"alice\""));
        assertThat(asks("mallory", "wrong")).isEqualTo(new Verdict.Wrong("user \"mallory\""));
        assertThat(count("wrong")).isEqualTo(2);
    }

    @Test
    void guessing_is_stopped_for_the_client_that_guesses_and_for_a_while() {
        assertThat(asks("alice", "correct horse")).isEqualTo(new Verdict.Verified("alice"));
        for (var i = 0; i < 3; i++) {
            assertThat(asks("mallory", "guess " + i)).isInstanceOf(Verdict.Wrong.class);
        }
        assertThat(asks("mallory", "guess 4")).isInstanceOf(Verdict.TooMany.class);
        assertThat(count("limited")).isEqualTo(1);
        assertThat(asks("alice", "correct horse"))
                .as("who shares the address and was verified goes on")
                .isEqualTo(new Verdict.Verified("alice"));
        assertThat(ask(Optional.of(basic("mallory", "x")), ANOTHER))
                .isInstanceOf(Verdict.Wrong.class);
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        assertThat(asks("mallory", "guess 5")).isInstanceOf(Verdict.Wrong.class);
    }

    @Test
    void an_ipv6_host_does_not_guess_from_another_address_of_its_network() {
        for (var i = 0; i < 3; i++) {
            var from = InetAddress.ofLiteral("2001:db8:1:2::" + (i + 1));
            assertThat(ask(Optional.of(basic("alice", "x")), from))
                    .isInstanceOf(Verdict.Wrong.class);
        }
        assertThat(
                        ask(
                                Optional.of(basic("alice", "x")),
                                InetAddress.ofLiteral("2001:db8:1:2:3:4:5:6")))
                .isInstanceOf(Verdict.TooMany.class);
        assertThat(ask(Optional.of(basic("alice", "x")), InetAddress.ofLiteral("2001:db8:1:3::1")))
                .isInstanceOf(Verdict.Wrong.class);
    }

    @Test
    void passwords_that_find_no_room_are_refused_and_not_awaited() throws Exception {
        try (var narrow = authenticator(1000, 1)) {
            var release = new CountDownLatch(1);
            var verdicts = new ArrayList<CompletableFuture<Verdict>>();
            // The two threads of the pool hold on to their first answers; one more may wait.
            for (var i = 0; i < 4; i++) {
                var verdict = new CompletableFuture<Verdict>();
                verdicts.add(verdict);
                narrow.verify(
                        Optional.of(basic("alice", "wrong " + i)),
                        CLIENT,
                        each -> {
                            if (each instanceof Verdict.Wrong) {
                                awaitUninterruptibly(release);
                            }
                            verdict.complete(each);
                        });
            }
            assertThat(verdicts.get(3)).succeedsWithin(PATIENCE);
            assertThat(verdicts.get(3).join())
                    .isEqualTo(new Verdict.Overload("1 passwords are waiting to be verified"));
            release.countDown();
            for (var verdict : verdicts.subList(0, 3)) {
                assertThat(verdict).succeedsWithin(PATIENCE);
            }
        }
    }

    @Test
    void a_changed_file_holds_at_once_for_who_was_remembered() throws Exception {
        assertThat(asks("alice", "correct horse")).isEqualTo(new Verdict.Verified("alice"));
        Files.writeString(file, UserFileTest.BOB + "\n");
        await().atMost(PATIENCE).until(() -> reloads("taken") == 1);
        assertThat(asks("alice", "correct horse")).isInstanceOf(Verdict.Wrong.class);
        assertThat(asks("b\u00f6b", "p\u00e4ss:word")).isEqualTo(new Verdict.Verified("b\u00f6b"));
    }

    @Test
    void a_file_that_breaks_changes_nothing_and_is_counted() throws Exception {
        Files.writeString(file, "alice:plain\n");
        await().atMost(PATIENCE).until(() -> reloads("refused") == 1);
        assertThat(asks("alice", "correct horse")).isEqualTo(new Verdict.Verified("alice"));
    }

    private Verdict asks(String user, String password) {
        return ask(Optional.of(basic(user, password)), CLIENT);
    }

    private Verdict ask(Optional<String> header, InetAddress from) {
        var verdict = new CompletableFuture<Verdict>();
        authenticator.verify(header, from, verdict::complete);
        assertThat(verdict).succeedsWithin(PATIENCE);
        return verdict.join();
    }

    static String basic(String user, String password) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private double count(String result) {
        return meters.get("overt.edge.authentications").tag("result", result).counter().count();
    }

    private double reloads(String result) {
        return meters.get("overt.edge.users.reloads").tag("result", result).counter().count();
    }
}
