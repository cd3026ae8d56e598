package io.overt.edge.trust;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.x509.ChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.Verdict;
import io.overt.x509.Verdict.Untrusted;
import io.overt.x509.Verdict.Verified;
import io.overt.x509.VerifiedUpstream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Remembers that a chain verified, so that the next connection that presents the very same bytes
 * for the same name, while the same anchors are in force, costs a digest and not the signatures of
 * a path. What a verification found depends on nothing else but the time; of that each connection
 * is asked anew whether every certificate of the path is within its validity.
 *
 * <p>Only good verdicts are kept: a refusal may be for want of something that is there a moment
 * later. What was found is the proof itself, from the verifier; none is made here. Revocation is
 * not part of it and is judged for each connection. Thread-safe.
 */
public final class VerdictCache implements ChainVerifier {
    private final Supplier<TrustStore.InForce> anchors;
    private final Cache<Key, VerifiedUpstream> verdicts;
    private final Counter hits;
    private final Counter misses;
    private final Counter outside;

    /**
     * Digest of everything that a verdict depends on but the time. Nobody can have two chains of
     * one digest.
     */
    private static final class Key {
        private final byte[] digest;

        Key(byte[] digest) {
            this.digest = digest;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(digest, key.digest);
        }

        @Override
        public int hashCode() {
            return ByteBuffer.wrap(digest).getInt();
        }
    }

    /**
     * Remembers nothing yet.
     *
     * @param anchors those in force
     * @param ticker for the age of what is remembered
     */
    public VerdictCache(
            Supplier<TrustStore.InForce> anchors,
            VerdictCacheConfig config,
            Ticker ticker,
            MeterRegistry meters) {
        this.anchors = anchors;
        this.verdicts =
                Caffeine.newBuilder()
                        .ticker(ticker)
                        .maximumSize(config.maxVerdicts())
                        .expireAfterWrite(config.maxAge())
                        // In the thread that adds one: it is of a pool that verifies, and there
                        // is nothing to close.
                        .executor(Runnable::run)
                        .build();
        this.hits = counter(meters, "hit");
        this.misses = counter(meters, "miss");
        this.outside = counter(meters, "outside-validity");
        Gauge.builder("overt.edge.verdict.cache.size", verdicts, Cache::estimatedSize)
                .description("Verified chains that are remembered.")
                .register(meters);
    }

    @Override
    public Verdict verify(PresentedChain chain, ReferenceIdentity name, Instant at) {
        // Anchors and their version together: they may change while this runs.
        var inForce = anchors.get();
        var key = key(chain, name, inForce.version());
        var known = verdicts.getIfPresent(key);
        if (known == null) {
            misses.increment();
        } else if (known.isWithinValidity(at)) {
            hits.increment();
            return new Verified(known);
        } else {
            // Another path may still be good.
            outside.increment();
        }
        var verdict = inForce.verifier().verify(chain, name, at);
        switch (verdict) {
            case Verified(var upstream) -> verdicts.put(key, upstream);
            case Untrusted _ -> {}
        }
        return verdict;
    }

    /** How many are remembered. */
    long size() {
        verdicts.cleanUp();
        return verdicts.estimatedSize();
    }

    private static Key key(PresentedChain chain, ReferenceIdentity name, String anchors) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            var certificates = chain.encoded();
            // Each part with its length before it, so that no two lists give the same bytes.
            update(digest, anchors.getBytes(StandardCharsets.UTF_8));
            update(
                    digest,
                    switch (name) {
                        case ReferenceIdentity.DnsName _ -> DNS;
                        case ReferenceIdentity.IpAddress _ -> IP;
                    });
            update(digest, name.text().getBytes(StandardCharsets.UTF_8));
            for (var certificate : certificates) {
                update(digest, certificate);
            }
            return new Key(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256", e);
        }
    }

    private static void update(MessageDigest digest, byte[] part) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
        digest.update(part);
    }

    private static Counter counter(MeterRegistry meters, String result) {
        return Counter.builder("overt.edge.verdict.cache")
                .description("Chains looked up among those that verified before.")
                .tag("result", result)
                .register(meters);
    }

    private static final byte[] DNS = {'d'};
    private static final byte[] IP = {'i'};
}
