package io.overt.signer.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What needs no token to be shown: the queue in front of it, and the counters. All that a token can
 * do to us is in {@link TokenFaultTest}, with a real library.
 */
class SigningTokenTest {

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final byte[] CONTENT = {1, 2, 3};

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<String> lastResort = new CopyOnWriteArrayList<>();
    private PublicKey publicKey;

    @BeforeEach
    void key() throws Exception {
        publicKey = KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic();
    }

    @Test
    void more_calls_than_threads_and_queue_take_are_turned_away_at_once() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        KeySession slow =
                new FakeSession() {
                    @Override
                    public byte[] sign(PublicKey key, byte[] content) {
                        entered.countDown();
                        awaitUninterruptibly(released);
                        return content;
                    }
                };
        try (SigningToken token = open(settings(1, 1, LONG, LONG, LONG), () -> slow);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Signing> running = callers.submit(() -> token.key(publicKey).sign(CONTENT));
            entered.await();
            Future<Signing> first = callers.submit(() -> token.key(publicKey).sign(CONTENT));
            Future<Signing> second = callers.submit(() -> token.key(publicKey).sign(CONTENT));
            // One of the two waits in the queue; the other finds it full.
            await().until(() -> first.isDone() || second.isDone());
            Signing turnedAway = first.isDone() ? first.get() : second.get();

            assertThat(turnedAway)
                    .isEqualTo(
                            new Signing.NotSigned(
                                    Signing.Reason.BUSY, "1 calls wait for the token already"));
            released.countDown();
            assertThat(running.get()).isInstanceOf(Signing.Signed.class);
        }
    }

    @Test
    void every_counter_is_there_at_zero() throws Exception {
        try (SigningToken _ = open(settings(1, 1, LONG, LONG, LONG), FakeSession::new)) {
            assertThat(registry.get("overt.signer.token.operations").counters()).hasSize(4);
            assertThat(registry.get("overt.signer.token.operations").counters())
                    .allSatisfy(counter -> assertThat(counter.count()).isZero());
            assertThat(registry.get("overt.signer.token.state").gauges())
                    .hasSize(KeyState.values().length);
            assertThat(registry.get("overt.signer.token.state").tag("state", "up").gauge().value())
                    .isEqualTo(1);
        }
    }

    private SigningToken open(TokenSettings settings, KeySession.Source source)
            throws SigningKeyException {
        return SigningToken.open(settings, List.of(publicKey), registry, lastResort::add, source);
    }

    private static TokenSettings settings(
            int threads, int queue, Duration deadline, Duration stalled, Duration giveUp) {
        return new TokenSettings(
                Path.of("none.so"),
                "fake",
                Path.of("none.pin"),
                threads,
                queue,
                deadline,
                stalled,
                giveUp,
                Duration.ofMillis(20),
                LONG);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        // As a call into a native library: an interrupt does not end it.
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Signs by echoing. */
    private static class FakeSession implements KeySession {
        @Override
        public byte[] sign(PublicKey key, byte[] content) {
            return content;
        }

        @Override
        public void canary(PublicKey key) {}

        @Override
        public void logout() {}

        @Override
        public void abandon() {}

        @Override
        public boolean clear() {
            return true;
        }
    }
}
