package io.overt.signer.key;

import io.micrometer.core.instrument.MeterRegistry;
import io.overt.signer.key.Signing.NotSigned;
import io.overt.signer.key.Signing.Reason;
import io.overt.signer.key.Signing.Signed;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import javax.security.auth.login.LoginException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuing keys in one token, and the state machine that keeps them usable (ADR 0020).
 *
 * <p>A call that fails makes a fresh {@link KeySession}, once for all callers that met the failure,
 * and is repeated on it once. A refused PIN is terminal. What a fresh session does not cure within
 * {@code giveUpAfter}, or a call that does not return for that long, is handed to the last resort,
 * which ends the process for its supervisor: a call into a PKCS#11 library cannot be interrupted,
 * and a finalised library cannot be revived beside its users.
 *
 * <p>Thread-safe. Calls into the token run on {@code threads} platform threads of this class;
 * callers block on any thread, virtual ones included. Whoever opens it closes it.
 */
public final class SigningToken implements AutoCloseable {

    private final TokenSettings settings;
    private final List<PublicKey> keys;
    private final Consumer<String> lastResort;
    private final KeySession.Source sessions;
    private final ThreadPoolExecutor pool;
    private final ScheduledExecutorService watchdog;
    private final TokenMeters meters;

    /** Calls that are inside the library now. */
    private final Set<Call> inside = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean gaveUp = new AtomicBoolean();

    private final Lanes lanes;

    /** Shared while a call uses a session, exclusive while a dead one is cleared away. */
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

    /** Held while a fresh session is set up: the failures of one outage cost one login. */
    private final ReentrantLock recovery = new ReentrantLock();

    /** Replaced under {@link #recovery}; null while there is none that works. */
    private volatile @Nullable KeySession session;

    private volatile KeyState state = KeyState.UP;

    /** {@link System#nanoTime} of the last signature, canaries included. */
    private volatile long lastSigned = System.nanoTime();

    /** A dead session that a token which is away could not close; guarded by {@link #recovery}. */
    private @Nullable KeySession uncleared;

    /** {@link System#nanoTime} of the start of the present outage; guarded by {@link #recovery}. */
    private long downSince;

    /**
     * {@link System#nanoTime} of the last failed attempt to set up a session; guarded by {@link
     * #recovery}.
     */
    private long lastAttempt;

    /**
     * Opens the token and proves each key with a canary.
     *
     * @param keys the public halves of the issuing keys, each found by it
     * @param lastResort told why the process must be restarted; once
     * @throws SigningKeyException when the token or a key cannot be used; whose move it is stands
     *     in its kind
     */
    public static SigningToken open(
            TokenSettings settings,
            List<PublicKey> keys,
            MeterRegistry registry,
            Consumer<String> lastResort)
            throws SigningKeyException {
        Cryptoki cryptoki = Cryptoki.load(settings.module());
        List<PublicKey> wanted = List.copyOf(keys);
        return open(
                settings,
                wanted,
                registry,
                lastResort,
                () -> TokenSession.open(cryptoki, settings, wanted));
    }

    static SigningToken open(
            TokenSettings settings,
            List<PublicKey> keys,
            MeterRegistry registry,
            Consumer<String> lastResort,
            KeySession.Source sessions)
            throws SigningKeyException {
        return new SigningToken(settings, keys, registry, lastResort, sessions, sessions.open());
    }

    private SigningToken(
            TokenSettings settings,
            List<PublicKey> keys,
            MeterRegistry registry,
            Consumer<String> lastResort,
            KeySession.Source sessions,
            KeySession session) {
        this.settings = settings;
        this.keys = keys;
        this.lastResort = lastResort;
        this.sessions = sessions;
        this.session = session;
        this.lanes = new Lanes(settings.threads());
        this.meters = new TokenMeters(registry, settings.label(), this::state, lanes::count);
        pool =
                new ThreadPoolExecutor(
                        settings.threads(),
                        settings.threads(),
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(settings.queue()),
                        Thread.ofPlatform().daemon().name("token-", 0).factory());
        watchdog =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("token-watchdog").factory());
        long tick = Math.max(10, settings.retryInterval().toMillis() / 2);
        var _ = watchdog.scheduleWithFixedDelay(this::watch, tick, tick, TimeUnit.MILLISECONDS);
    }

    /**
     * The key with this public half.
     *
     * @throws IllegalArgumentException when the token was not opened for it
     */
    public SigningKey key(PublicKey key) {
        if (!keys.contains(key)) {
            throw new IllegalArgumentException("the token was not opened for this key");
        }
        return new TokenSigningKey(this, key);
    }

    /** How the token is now. */
    public KeyState state() {
        KeyState now = state;
        return now != KeyState.CLOSED && olderThan(settings.stalledAfter()).isPresent()
                ? KeyState.STALLED
                : now;
    }

    /**
     * Logs out, so that whoever comes next in this process has to log in. Waits for calls until the
     * deadline is over.
     */
    @Override
    public void close() {
        state = KeyState.CLOSED;
        watchdog.shutdownNow();
        pool.shutdown();
        try {
            if (!pool.awaitTermination(settings.deadline().toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("token calls still running at close; they are left behind");
                return;
            }
            KeySession last = session;
            session = null;
            if (last != null) {
                last.logout();
            }
        } catch (LoginException | ProviderException e) {
            LOG.atWarn().addKeyValue("reason", TokenSession.reason(e)).log("token logout failed");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Blocks until the token has answered or the deadline is over. */
    Signing sign(PublicKey key, byte[] content) {
        return answered(new Call(key, content));
    }

    /** A canary, whenever the watchdog signed the last one. */
    Optional<NotSigned> canary(PublicKey key) {
        return switch (answered(new Call(key, null))) {
            case Signed _ -> Optional.empty();
            case NotSigned not -> Optional.of(not);
        };
    }

    private Signing answered(Call call) {
        try {
            pool.execute(call);
        } catch (RejectedExecutionException _) {
            return state == KeyState.CLOSED
                    ? new NotSigned(Reason.CLOSED, "the token was closed")
                    : new NotSigned(
                            Reason.BUSY,
                            "%d calls wait for the token already".formatted(settings.queue()));
        }
        return call.await(settings.deadline());
    }

    /** One call, from the queue through the library to its caller. */
    private final class Call implements Runnable {

        final PublicKey key;
        final byte @Nullable [] content; // null: a canary
        final CompletableFuture<Signing> answer = new CompletableFuture<>();
        volatile long entered;

        Call(PublicKey key, byte @Nullable [] content) {
            this.key = key;
            this.content = content;
        }

        @Override
        public void run() {
            lanes.enter();
            if (answer.isDone()) {
                lanes.leave();
                return; // its caller's deadline passed while it waited
            }
            entered = System.nanoTime();
            inside.add(this);
            try {
                Signing signing = attempt(this);
                meters.operation(content == null, signing);
                if (!answer.complete(signing) && signing instanceof Signed) {
                    LOG.warn(
                            "token answered after its caller's deadline; the signature is dropped");
                }
            } catch (RuntimeException e) {
                LOG.error("token call failed by a defect of ours", e);
                meters.operation(content == null, new NotSigned(Reason.FAILED, "defect"));
                answer.complete(new NotSigned(Reason.FAILED, "internal: " + e));
            } finally {
                inside.remove(this);
                lanes.leave();
            }
        }

        Signing await(Duration deadline) {
            try {
                return answer.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                Signing late =
                        new NotSigned(Reason.TOO_SLOW, "no answer from the token in " + deadline);
                // Whoever completes first decides, so that the caller and the token never disagree.
                return answer.complete(late) ? late : answer.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                Signing left = new NotSigned(Reason.TOO_SLOW, "the caller was interrupted");
                return answer.complete(left) ? left : answer.join();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a call never completes exceptionally", e);
            }
        }
    }

    private Signing attempt(Call call) {
        @Nullable KeySession now = session;
        if (now == null) {
            now = fresh(null, "it was down");
        }
        for (int tries = 1; now != null; tries++) {
            try {
                Signing signed = use(now, call);
                lastSigned = System.nanoTime();
                return signed;
            } catch (GeneralSecurityException | ProviderException | SigningKeyException e) {
                String reason = TokenSession.reason(e);
                if (TokenSession.noSession(reason) && lanes.close()) {
                    LOG.atWarn()
                            .addKeyValue("token", settings.label())
                            .addKeyValue("calls", lanes.count())
                            .log("the token has no more sessions: fewer calls at the same time");
                    lanes.enter();
                    tries--; // nothing was tried
                    continue;
                }
                LOG.atWarn()
                        .addKeyValue("token", settings.label())
                        .addKeyValue("reason", reason)
                        .addKeyValue("try", tries)
                        .log("token call failed");
                giveUpIfFinalised(reason);
                now = fresh(now, reason);
                if (tries == 2) {
                    return new NotSigned(Reason.FAILED, reason);
                }
            }
        }
        return state == KeyState.LOCKED
                ? new NotSigned(Reason.LOCKED, "the token refused the PIN")
                : new NotSigned(Reason.FAILED, "the token is down");
    }

    private Signing use(KeySession session, Call call)
            throws GeneralSecurityException, SigningKeyException {
        use.readLock().lock();
        try {
            byte[] content = call.content;
            if (content == null) {
                session.canary(call.key);
                return new Signed(new byte[0]);
            }
            return new Signed(session.sign(call.key, content));
        } finally {
            use.readLock().unlock();
        }
    }

    /**
     * A library may free a session under the call that is in it (SoftHSM does), so that all is
     * closed only when the calls of the dead session have come back; one that hangs is not waited
     * for.
     */
    private void leave(KeySession dead) {
        boolean alone = false;
        try {
            alone =
                    use.writeLock()
                            .tryLock(settings.retryInterval().toNanos(), TimeUnit.NANOSECONDS);
            if (alone) {
                uncleared = dead.clear() ? null : dead;
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            if (alone) {
                use.writeLock().unlock();
            }
        }
        dead.abandon();
        uncleared = null;
    }

    /** A session that is not the failed one, or null when there is none to be had now. */
    @SuppressWarnings("ReferenceEquality") // which of two sessions it is, is the question
    private @Nullable KeySession fresh(@Nullable KeySession failed, String why) {
        recovery.lock();
        try {
            KeySession now = session;
            if (now != failed) {
                return now; // another caller met the same failure before us
            }
            if (state == KeyState.LOCKED || state == KeyState.CLOSED) {
                return null;
            }
            long started = System.nanoTime();
            if (state == KeyState.DOWN
                    && started - lastAttempt < settings.retryInterval().toNanos()) {
                return null;
            }
            if (state != KeyState.DOWN) {
                downSince = started;
            }
            state = KeyState.RECOVERING;
            session = null;
            KeySession dead = failed == null ? uncleared : failed;
            if (dead != null) {
                leave(dead);
            }
            try {
                KeySession next = sessions.open();
                session = next;
                state = KeyState.UP;
                lanes.open();
                meters.recovered();
                LOG.atInfo()
                        .addKeyValue("token", settings.label())
                        .addKeyValue("after", why)
                        .log("token session replaced");
                return next;
            } catch (SigningKeyException e) {
                lastAttempt = System.nanoTime();
                state = e.kind() == SigningKeyException.Kind.PIN ? KeyState.LOCKED : KeyState.DOWN;
                meters.notRecovered();
                LOG.atError()
                        .addKeyValue("token", settings.label())
                        .addKeyValue("state", state.text())
                        .addKeyValue("reason", e.getMessage())
                        .log("token session could not be replaced");
                giveUpIfFinalised(TokenSession.reason(e));
                return null;
            }
        } finally {
            recovery.unlock();
        }
    }

    /** On the watchdog's thread; never enters the library itself, so that no token can hang it. */
    private void watch() {
        try {
            olderThan(settings.giveUpAfter())
                    .ifPresent(
                            _ ->
                                    giveUp(
                                            "a call has been in the token for "
                                                    + settings.giveUpAfter()));
            KeyState now = state;
            if (now == KeyState.DOWN && recovery.tryLock()) {
                try {
                    if (state == KeyState.DOWN
                            && System.nanoTime() - downSince > settings.giveUpAfter().toNanos()) {
                        giveUp("no fresh session cured the token in " + settings.giveUpAfter());
                    }
                } finally {
                    recovery.unlock();
                }
            }
            boolean idle = System.nanoTime() - lastSigned > settings.keepAlive().toNanos();
            if ((now == KeyState.DOWN || (now == KeyState.UP && idle)) && inside.isEmpty()) {
                keys.forEach(key -> pool.execute(new Call(key, null)));
            }
        } catch (RejectedExecutionException _) {
            // The queue is full of real work, or the token is being closed: no canary is needed.
        }
    }

    private Optional<Call> olderThan(Duration age) {
        long now = System.nanoTime();
        return inside.stream().filter(call -> now - call.entered > age.toNanos()).findAny();
    }

    /** Nothing brings it back for those who use it now, a fresh provider included. */
    private void giveUpIfFinalised(String reason) {
        if (reason.equals(Cryptoki.NOT_INITIALIZED)) {
            giveUp("the PKCS#11 library was finalised under us");
        }
    }

    private void giveUp(String why) {
        if (gaveUp.compareAndSet(false, true)) {
            lastResort.accept("token '" + settings.label() + "': " + why);
        }
    }

    /** A key as its users see it. */
    private record TokenSigningKey(SigningToken token, PublicKey publicKey) implements SigningKey {

        @Override
        public Signing sign(byte[] content) {
            return token.sign(publicKey, content);
        }

        @Override
        public Optional<NotSigned> canary() {
            return token.canary(publicKey);
        }

        @Override
        public KeyState state() {
            return token.state();
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(SigningToken.class);
}
