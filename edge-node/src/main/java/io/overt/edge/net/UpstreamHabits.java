package io.overt.edge.net;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.flow.CertificateHabit;
import io.overt.edge.flow.CertificateRequest;
import io.overt.edge.revocation.SiteShelf;
import io.overt.proto.site.v1.SeenInsisting;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * What upstreams were seen to do about client certificates, so that the next connection is decided
 * before it is dialled. By address and server name: what one server teaches is about itself alone.
 * What another edge of the site saw counts for less: only together with what the upstream does on
 * the very connection that it is about (ADR 0128). Thread-safe; nothing blocks.
 */
public final class UpstreamHabits {
    private final HabitSettings settings;
    private final SiteShelf site;
    private final InstantSource clock;
    private final Cache<Upstream, CertificateHabit> habits;
    private final Cache<Upstream, CompletableFuture<Optional<Instant>>> told;
    private final Counter shared;
    private final Counter heard;
    private final Counter refuted;
    private final Counter unreadable;

    private record Upstream(InetSocketAddress address, Optional<String> serverName) {
        byte[] key() {
            var host =
                    address.isUnresolved()
                            ? address.getHostString()
                            : address.getAddress().getHostAddress();
            return String.join(
                            "\0",
                            "insists",
                            host,
                            Integer.toString(address.getPort()),
                            serverName.orElse(""))
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * @param site where edges tell each other; nobody waits for it
     * @param nanoTime ascends
     */
    public UpstreamHabits(
            HabitSettings settings,
            SiteShelf site,
            InstantSource clock,
            LongSupplier nanoTime,
            MeterRegistry meters) {
        this.settings = settings;
        this.site = site;
        this.clock = clock;
        Ticker ticker = nanoTime::getAsLong;
        this.habits =
                Caffeine.newBuilder()
                        .maximumSize(settings.most())
                        .expireAfterWrite(settings.memory())
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .build();
        this.told =
                Caffeine.newBuilder()
                        .maximumSize(settings.most())
                        .expireAfterWrite(ASK_AGAIN)
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .build();
        this.shared = counter(meters, "shared");
        this.heard = counter(meters, "heard");
        this.refuted = counter(meters, "refuted");
        this.unreadable = counter(meters, "unreadable");
    }

    /** What this edge has seen of this server, under this name. */
    Optional<CertificateHabit> of(InetSocketAddress address, Optional<String> serverName) {
        return Optional.ofNullable(habits.getIfPresent(new Upstream(address, serverName)));
    }

    /** The newer word counts, but for that one that insists also asks. */
    void learn(InetSocketAddress address, Optional<String> serverName, CertificateHabit habit) {
        var upstream = new Upstream(address, serverName);
        var before = Optional.ofNullable(habits.getIfPresent(upstream));
        var _ =
                habits.asMap()
                        .merge(
                                upstream,
                                habit,
                                (old, now) -> old == CertificateHabit.INSISTS ? old : now);
        // That one asks, every edge sees for itself and loses nothing by it.
        if (habit == CertificateHabit.INSISTS && !before.equals(Optional.of(habit))) {
            shared.increment();
            var now = clock.instant();
            site.write(
                    upstream.key(),
                    SeenInsisting.newBuilder()
                            .setAt(
                                    Timestamp.newBuilder()
                                            .setSeconds(now.getEpochSecond())
                                            .setNanos(now.getNano()))
                            .build()
                            .toByteArray(),
                    settings.memory());
        }
    }

    /** What the site says of this server. Begins to ask and returns; what comes, comes. */
    Hearsay hearsay(InetSocketAddress address, Optional<String> serverName) {
        var upstream = new Upstream(address, serverName);
        return new Hearsay(upstream, told.get(upstream, this::ask));
    }

    private CompletableFuture<Optional<Instant>> ask(Upstream upstream) {
        return site.read(upstream.key())
                .thenApply(found -> found.flatMap(this::seen))
                .toCompletableFuture();
    }

    private Optional<Instant> seen(ByteString value) {
        try {
            var at = SeenInsisting.parseFrom(value).getAt();
            if (at.getSeconds() >= 0 && at.getSeconds() <= LAST_SECOND) {
                heard.increment();
                return Optional.of(Instant.ofEpochSecond(at.getSeconds()));
            }
        } catch (InvalidProtocolBufferException _) {
            // Of a newer edge, perhaps.
        }
        unreadable.increment();
        return Optional.empty();
    }

    /** Another edge's word on one upstream, as far as it has come. */
    final class Hearsay {
        private final Upstream upstream;
        private final CompletableFuture<Optional<Instant>> word;

        private Hearsay(Upstream upstream, CompletableFuture<Optional<Instant>> word) {
            this.upstream = upstream;
            this.word = word;
        }

        /** What it comes to, now that the upstream has asked on this connection, or has not. */
        Optional<CertificateHabit> given(CertificateRequest request) {
            if (!word.isDone() || word.isCompletedExceptionally()) {
                return Optional.empty();
            }
            var now = clock.instant();
            if (word.resultNow().filter(at -> isCurrent(at, now)).isEmpty()) {
                return Optional.empty();
            }
            return switch (request) {
                case ASKED -> Optional.of(CertificateHabit.INSISTS);
                case NOT_ASKED -> {
                    // Whoever insists asks first: it has changed, or somebody tells stories.
                    refuted.increment();
                    told.put(upstream, CompletableFuture.completedFuture(Optional.empty()));
                    yield Optional.empty();
                }
            };
        }

        /** Not older than what we saw ourselves may be, nor of a time to come. */
        private boolean isCurrent(Instant at, Instant now) {
            return now.isBefore(at.plus(settings.memory())) && at.isBefore(now.plus(SKEW));
        }
    }

    private static Counter counter(MeterRegistry meters, String fate) {
        return Counter.builder("overt.edge.upstream.habits")
                .description(
                        "Upstreams that insist on a client certificate: shared with the site, heard of from it, refuted by the upstream, unreadable.")
                .tag("fate", fate)
                .register(meters);
    }

    /** How long the site's answer is good, be it that nobody knows. */
    private static final Duration ASK_AGAIN = Duration.ofMinutes(1);

    /** Clocks of one site agree to far less. */
    private static final Duration SKEW = Duration.ofMinutes(10);

    /** Of the year 9999: no sum overflows. */
    private static final long LAST_SECOND = 253_402_300_799L;
}
