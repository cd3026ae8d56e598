package io.overt.edge.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/**
 * Says who the client of one listener is. Hashing a password takes long on purpose, so it happens
 * on a pool of two threads with a bounded queue, once a while for each user, and not at all for a
 * client that has guessed wrong too often. Thread-safe; whoever makes it closes it.
 */
public final class Authenticator implements AutoCloseable {
    private final LoginSettings settings;
    private final Users users;
    private final Digests digests;
    private final ThreadPoolExecutor pool;
    private final Meters meters;

    /** Digests of credentials that were verified. */
    private final Cache<String, Boolean> verified;

    /** Wrong ones by client, from the first one on. */
    private final Cache<String, AtomicInteger> wrong;

    private record Meters(
            Counter verified,
            Counter remembered,
            Counter wrong,
            Counter limited,
            Counter overload) {
        static Meters in(MeterRegistry registry) {
            return new Meters(
                    counter(registry, "verified"),
                    counter(registry, "remembered"),
                    counter(registry, "wrong"),
                    counter(registry, "limited"),
                    counter(registry, "overload"));
        }

        private static Counter counter(MeterRegistry registry, String result) {
            return Counter.builder("overt.edge.authentications")
                    .description(
                            "Credentials of the explicit proxy's clients, by what became of them.")
                    .tag("result", result)
                    .register(registry);
        }
    }

    /**
     * @param nanoTime ascends; for what is remembered
     * @param watch how often the file is looked at
     * @throws UserFileException when the file of users cannot be used
     */
    public Authenticator(
            LoginSettings settings,
            Duration watch,
            LongSupplier nanoTime,
            SecureRandom random,
            MeterRegistry registry)
            throws UserFileException {
        this.settings = settings;
        this.users = new Users(settings.users(), watch, registry);
        this.digests = new Digests(random);
        this.meters = Meters.in(registry);
        this.pool =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        60,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(settings.queue()),
                        Thread.ofPlatform().daemon().name("login-", 0).factory(),
                        new ThreadPoolExecutor.AbortPolicy());
        pool.allowCoreThreadTimeOut(true);
        Ticker ticker = nanoTime::getAsLong;
        this.verified =
                Caffeine.newBuilder()
                        .ticker(ticker)
                        .maximumSize(MOST_REMEMBERED)
                        .expireAfterWrite(settings.remember())
                        .build();
        this.wrong =
                Caffeine.newBuilder()
                        .ticker(ticker)
                        .maximumSize(MOST_REMEMBERED)
                        .expireAfter(
                                Expiry.<String, AtomicInteger>creating((_, _) -> settings.window()))
                        .build();
    }

    /**
     * Answers once: at once where nothing needs to be hashed, else on a thread of the pool.
     *
     * @param header the value of {@code Proxy-Authorization}, if there is one
     */
    public void verify(Optional<String> header, InetAddress client, Consumer<Verdict> answer) {
        if (header.isEmpty()) {
            answer.accept(new Verdict.Missing("no Proxy-Authorization"));
            return;
        }
        var parsed = Credentials.parse(header.get());
        if (parsed.isEmpty()) {
            answer.accept(new Verdict.Missing("Proxy-Authorization is no Basic name and password"));
            return;
        }
        var credentials = parsed.get();
        var file = users.now();
        var hash = file.hashOf(credentials.user());
        var digest = hash.map(each -> digests.of(credentials, each));
        // Before the limit: one who guesses must not lock out those who share its address.
        if (digest.isPresent() && verified.getIfPresent(digest.get()) != null) {
            meters.remembered.increment();
            answer.accept(new Verdict.Verified(credentials.user()));
            return;
        }
        var from = network(client);
        if (isOverLimit(from)) {
            meters.limited.increment();
            answer.accept(new Verdict.TooMany(tooMany()));
            return;
        }
        try {
            pool.execute(
                    () ->
                            answer.accept(
                                    hashed(
                                            credentials,
                                            hash.orElseGet(file::nobodys),
                                            digest,
                                            from)));
        } catch (RejectedExecutionException _) {
            meters.overload.increment();
            answer.accept(
                    new Verdict.Overload(
                            settings.queue() + " passwords are waiting to be verified"));
        }
    }

    /** On the pool. */
    private Verdict hashed(
            Credentials credentials, String hash, Optional<String> digest, String from) {
        if (isOverLimit(from)) { // Others of the same client were ahead in the queue.
            meters.limited.increment();
            return new Verdict.TooMany(tooMany());
        }
        var matches = OpenBSDBCrypt.checkPassword(hash, credentials.password());
        if (matches && digest.isPresent()) {
            meters.verified.increment();
            verified.put(digest.get(), true);
            return new Verdict.Verified(credentials.user());
        }
        meters.wrong.increment();
        wrong.get(from, _ -> new AtomicInteger()).incrementAndGet();
        // Whether there is such a user is nobody's to learn from the answer; the record may say.
        return new Verdict.Wrong("user " + quoted(credentials.user()));
    }

    private boolean isOverLimit(String from) {
        var count = wrong.getIfPresent(from);
        return count != null && count.get() >= settings.attempts();
    }

    private String tooMany() {
        return settings.attempts() + " wrong passwords within " + settings.window();
    }

    /** An IPv6 host has a whole /64 to guess from. */
    private static String network(InetAddress client) {
        var bytes = client.getAddress();
        return HexFormat.of()
                .formatHex(bytes, 0, client instanceof Inet6Address ? 8 : bytes.length);
    }

    /** A name that was typed into the wrong field can be a password: only its beginning. */
    private static String quoted(String user) {
        return "\"" + (user.length() > SHOWN ? user.substring(0, SHOWN) + "..." : user) + "\"";
    }

    @Override
    public void close() {
        users.close();
        pool.shutdownNow();
    }

    private static final int THREADS = 2;
    private static final int MOST_REMEMBERED = 100_000;
    private static final int SHOWN = 32;
}
