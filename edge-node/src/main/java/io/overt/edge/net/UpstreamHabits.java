package io.overt.edge.net;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.overt.edge.flow.CertificateHabit;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What upstreams were seen to do about client certificates, so that the next connection is decided
 * before it is dialled. By address and server name: what one server teaches is about itself alone.
 * Of this process; another edge learns for itself, with one connection (ADR 0121). Thread-safe.
 */
final class UpstreamHabits {

    /**
     * Bounds memory to a few megabytes: clients choose the names. A host that is pushed out is
     * learned again by its next connection.
     */
    private static final int MOST = 10_000;

    /**
     * A server that no longer asks is inspected again within the hour; one that does costs one
     * connection an hour.
     */
    static final Duration MEMORY = Duration.ofHours(1);

    private final Cache<Upstream, CertificateHabit> habits;

    private record Upstream(InetSocketAddress address, Optional<String> serverName) {}

    /**
     * @param memory how long something stays true
     * @param nanoTime ascends
     */
    UpstreamHabits(Duration memory, LongSupplier nanoTime) {
        Ticker ticker = nanoTime::getAsLong;
        this.habits =
                Caffeine.newBuilder()
                        .maximumSize(MOST)
                        .expireAfterWrite(memory)
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .build();
    }

    /** What is known of this server, under this name. */
    Optional<CertificateHabit> of(InetSocketAddress address, Optional<String> serverName) {
        return Optional.ofNullable(habits.getIfPresent(new Upstream(address, serverName)));
    }

    /** The newer word counts, but for that one that insists also asks. */
    void learn(InetSocketAddress address, Optional<String> serverName, CertificateHabit habit) {
        var _ =
                habits.asMap()
                        .merge(
                                new Upstream(address, serverName),
                                habit,
                                (before, now) -> before == CertificateHabit.INSISTS ? before : now);
    }
}
