package io.overt.edge.revocation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.ByteString;
import io.overt.edge.revocation.Fetched.Body;
import io.overt.edge.revocation.Fetched.Failed;
import io.overt.edge.revocation.Fetched.Fault;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was fetched, kept: in this process, then in the site, then the web. What comes out is bytes
 * that whoever asks judges each time, with the clock of that time; so a cache can make an answer
 * late or absent and not false, whoever wrote it. Thread-safe.
 */
final class Library {
    /**
     * Larger ones each edge fetches for itself: a map of the site is for many small things, and a
     * CRL of megabytes would push them out.
     */
    private static final int LARGEST_SHARED = 256 * 1024;

    private final HttpFetcher fetcher;
    private final SiteShelf site;
    private final StatusConfig.Fetches config;
    private final StatusMeters meters;
    private final Cache<ByteString, ByteString> kept;
    private final Cache<ByteString, Failed> failures;
    private final Map<ByteString, CompletableFuture<Fetched>> flights = new ConcurrentHashMap<>();

    /** Says whether bytes are worth keeping. Where they are not, the next source is tried. */
    interface Judge {
        boolean isUsable(byte[] bytes);
    }

    Library(
            HttpFetcher fetcher,
            SiteShelf site,
            StatusConfig.Fetches config,
            Ticker ticker,
            StatusMeters meters) {
        this.fetcher = fetcher;
        this.site = site;
        this.config = config;
        this.meters = meters;
        this.kept =
                Caffeine.newBuilder()
                        .ticker(ticker)
                        .maximumWeight(config.memory())
                        .<ByteString, ByteString>weigher((key, value) -> key.size() + value.size())
                        .expireAfterWrite(config.keep())
                        .build();
        this.failures =
                Caffeine.newBuilder()
                        .ticker(ticker)
                        .maximumSize(10_000)
                        .expireAfterWrite(config.retryAfter())
                        .build();
    }

    /**
     * Bytes that {@code judge} finds usable, or why there are none. Blocks until the fetch's
     * deadline at most: for virtual threads.
     */
    Fetched find(Ask ask, Judge judge) {
        var key = ByteString.copyFrom(ask.key());
        var local = Optional.ofNullable(kept.getIfPresent(key));
        if (local.isPresent() && judge.isUsable(local.get().toByteArray())) {
            return new Body(local.get());
        }
        var failure = failures.getIfPresent(key);
        if (failure != null) {
            return failure;
        }
        var shared = site.read(ask.key()).toCompletableFuture().join();
        if (shared.isPresent() && judge.isUsable(shared.get().toByteArray())) {
            kept.put(key, shared.get());
            return new Body(shared.get());
        }
        var fetched = fetch(key, ask);
        switch (fetched) {
            case Body(var bytes) -> {
                if (judge.isUsable(bytes.toByteArray())) {
                    keep(key, ask, bytes);
                } else {
                    // Asked again at once, it would say the same.
                    failures.put(
                            key, new Failed(Fault.UNUSABLE, "what was fetched cannot be used"));
                }
            }
            case Failed failed -> {
                if (failed.fault() != Fault.BUSY) {
                    failures.put(key, failed);
                }
            }
        }
        return fetched;
    }

    private void keep(ByteString key, Ask ask, ByteString bytes) {
        kept.put(key, bytes);
        if (bytes.size() <= LARGEST_SHARED) {
            site.write(ask.key(), bytes.toByteArray(), config.keep());
        }
    }

    /** One flight an address: who comes meanwhile waits for that one. */
    private Fetched fetch(ByteString key, Ask ask) {
        var mine = new CompletableFuture<Fetched>();
        var flight = flights.putIfAbsent(key, mine);
        if (flight != null) {
            return flight.join();
        }
        try {
            var fetched = fetcher.fetch(ask).join();
            meters.fetched(ask, fetched);
            mine.complete(fetched);
            return fetched;
        } finally {
            flights.remove(key);
            mine.complete(new Failed(Fault.UNREACHABLE, "the fetch broke"));
        }
    }
}
