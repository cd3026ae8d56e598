package io.overt.edge.forge;

import io.grpc.Deadline;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.forge.ForgeResult.Forged;
import io.overt.edge.forge.ForgeResult.Unavailable;
import io.overt.edge.forge.SignerTier.Final;
import io.overt.edge.forge.SignerTier.Signed;
import io.overt.edge.site.EpochKey;
import io.overt.edge.site.SiteKeys;
import io.overt.x509.Epoch;
import io.overt.x509.ForgeKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.UpstreamStanding;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The forge: this process's leaves, then the site's cache, then the signers. Callers that miss the
 * same leaf share one flight, a virtual thread that goes through the tiers top to bottom; how many
 * fly at once is bounded. A flight goes on when its callers have given up, so that the next
 * connection finds what it brings.
 */
final class TieredLeafForge implements LeafForge {
    private final LocalLeaves local;
    private final SiteLeaves site;
    private final SignerTier signerTier;
    private final Signers signers;
    private final SiteKeys keys;
    private final InstantSource clock;
    private final Duration deadline;
    private final ForgeCounters counters;
    private final Semaphore mayFly;
    private final Map<ForgeKey, CompletableFuture<ForgeResult>> flights = new ConcurrentHashMap<>();
    private final ThreadFactory threads = Thread.ofVirtual().name("forge-", 0).factory();

    TieredLeafForge(
            LocalLeaves local,
            SiteLeaves site,
            SignerTier signerTier,
            Signers signers,
            SiteKeys keys,
            SignersConfig config,
            InstantSource clock,
            MeterRegistry meters) {
        this.local = local;
        this.site = site;
        this.signerTier = signerTier;
        this.signers = signers;
        this.keys = keys;
        this.clock = clock;
        this.deadline = config.forgeDeadline();
        this.mayFly = new Semaphore(config.maxForging());
        this.counters = new ForgeCounters(meters);
    }

    @Override
    public CompletionStage<ForgeResult> forge(UpstreamStanding upstream) {
        Optional<MirrorProfile> profile = signers.profile();
        if (profile.isEmpty()) {
            return answered(new Unavailable("no signer has described its profiles yet"));
        }
        Epoch epoch = Epoch.at(clock.instant(), profile.get().epochLength());
        Optional<EpochKey> key = keys.key(epoch);
        if (key.isEmpty()) {
            return answered(
                    new Unavailable(
                            "no leaf key of epoch " + epoch.number() + ": " + keys.waitingFor()));
        }
        ForgeTask task = ForgeTask.of(upstream, key.get(), profile.get());
        Optional<ForgedLeaf> ready = local.find(task.name());
        if (ready.isPresent()) {
            return answered(new Forged(ready.get(), Tier.LOCAL));
        }
        return join(task)
                .copy()
                // Every step of a flight has a deadline of its own; this one is for a machine too
                // busy to run them.
                .completeOnTimeout(
                        new Unavailable("no leaf within " + deadline.toMillis() + " ms"),
                        deadline.toMillis() + GRACE.toMillis(),
                        TimeUnit.MILLISECONDS)
                .thenApply(counters::count);
    }

    private CompletionStage<ForgeResult> answered(ForgeResult result) {
        return CompletableFuture.completedFuture(counters.count(result));
    }

    /** The flight for this leaf: the one that is under way, or a new one. */
    private CompletableFuture<ForgeResult> join(ForgeTask task) {
        CompletableFuture<ForgeResult> mine = new CompletableFuture<>();
        CompletableFuture<ForgeResult> flying = flights.putIfAbsent(task.name(), mine);
        if (flying != null) {
            return flying;
        }
        if (!mayFly.tryAcquire()) {
            land(task, mine, new Unavailable("as many leaves in the making as max-forging allows"));
            return mine;
        }
        threads.newThread(
                        () -> {
                            ForgeResult result = new Unavailable("the forge failed");
                            try {
                                result = fly(task);
                            } catch (RuntimeException | Error e) {
                                // The backstop of a flight: a connection must not wait for a bug.
                                counters.defect();
                                LOG.atError()
                                        .setCause(e)
                                        .addKeyValue("forge_key", task.name())
                                        .log("forging failed");
                            } finally {
                                mayFly.release();
                                land(task, mine, result);
                            }
                        })
                .start();
        return mine;
    }

    private void land(ForgeTask task, CompletableFuture<ForgeResult> flight, ForgeResult result) {
        // First out of the map: whoever misses from here on finds the local cache filled.
        flights.remove(task.name(), flight);
        flight.complete(result);
    }

    private ForgeResult fly(ForgeTask task) {
        // A flight may have landed between the caller's look at the cache and this one's start.
        Optional<ForgedLeaf> ready = local.find(task.name());
        if (ready.isPresent()) {
            return new Forged(ready.get(), Tier.LOCAL);
        }
        Deadline until = Deadline.after(deadline.toNanos(), TimeUnit.NANOSECONDS);
        Optional<SiteLeaves.Found> found = site.find(task);
        if (found.isPresent()) {
            return kept(task, found.get().leaf(), found.get().issuer(), Tier.SITE_CACHE);
        }
        return switch (signerTier.ask(task, until)) {
            case Signed(X509Certificate leaf, KnownIssuer issuer) -> {
                Duration timeToLive = timeToLive(task, leaf);
                if (timeToLive.toSeconds() > 0) {
                    site.share(task, leaf, issuer, timeToLive);
                }
                yield kept(task, leaf, issuer, Tier.SIGNER);
            }
            case Final(ForgeResult result) -> result;
        };
    }

    private ForgeResult kept(
            ForgeTask task, X509Certificate certificate, KnownIssuer issuer, Tier tier) {
        if (keys.isRevoked(task.key())) {
            return new Unavailable("its leaf key was revoked meanwhile: " + task.key().digest());
        }
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(certificate);
        chain.add(issuer.ca().certificate());
        chain.addAll(issuer.chain());
        ForgedLeaf leaf;
        try {
            leaf = ForgedLeaf.of(chain, task.key().privateKey());
        } catch (SSLException e) {
            counters.defect();
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("forge_key", task.name())
                    .log("BoringSSL does not take a forged leaf");
            return new Unavailable("BoringSSL does not take the forged leaf: " + e.getMessage());
        }
        local.keep(task.name(), leaf, issuer.fingerprint(), timeToLive(task, certificate));
        return new Forged(leaf, tier);
    }

    /**
     * Until the leaf ends, or its epoch: nobody asks for it by this name after that. One that shows
     * an end that is past is kept for its epoch.
     */
    private Duration timeToLive(ForgeTask task, X509Certificate leaf) {
        Instant notAfter = leaf.getNotAfter().toInstant();
        Instant epochEnd = task.key().epoch().end(task.profile().epochLength());
        Instant end =
                switch (task.trust()) {
                    case TRUSTED -> notAfter.isBefore(epochEnd) ? notAfter : epochEnd;
                    case UNTRUSTED -> epochEnd;
                };
        Duration left = Duration.between(clock.instant(), end);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(TieredLeafForge.class);
}
