package io.overt.edge.forge;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.site.EpochKey;
import io.overt.edge.site.KeyDigest;
import io.overt.edge.site.SealedMap;
import io.overt.edge.site.Site;
import io.overt.edge.site.SiteClusterConfig;
import io.overt.edge.site.SiteMap.Cleared;
import io.overt.edge.site.SiteMap.Unavailable;
import io.overt.service.identity.FleetTls;
import io.overt.x509.Epoch;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The forge with all that it stands on: signers, site cluster, keys, caches. Made once by the
 * edge's composition root, started, and closed after the last connection.
 */
public final class SiteForge implements AutoCloseable {
    private final Signers signers;
    private final Site site;
    private final LocalLeaves local;
    private final TieredLeafForge forge;
    private final InstantSource clock;
    private final SealedMap shared;

    /**
     * Wires the parts; nothing runs yet and nothing listens.
     *
     * @param tls this edge's fleet identity; the caller closes it, after this
     * @param clock says which epoch it is and what has expired
     * @param ticker for ages and waiting times
     * @throws IllegalArgumentException if {@code siteCluster} does not list this edge; the message
     *     names the key. {@link SiteClusterConfig#from} refuses such a file
     */
    public SiteForge(
            SiteClusterConfig siteCluster,
            SignersConfig signers,
            LeafCacheConfig leafCache,
            FleetTls tls,
            InstantSource clock,
            Ticker ticker,
            SecureRandom random,
            MeterRegistry meters) {
        this.clock = clock;
        Wake described = new Wake();
        this.signers = new Signers(signers, tls, described, ticker, random, meters);
        this.site = new Site(siteCluster, tls, this.signers, clock, ticker, random, meters);
        described.keys = Optional.of(site);
        this.shared = site.map(SiteLeaves.MAP);
        this.local = new LocalLeaves(leafCache, ticker, meters);
        this.forge =
                new TieredLeafForge(
                        local,
                        new SiteLeaves(shared, this.signers, clock, meters),
                        new SignerTier(this.signers, clock),
                        this.signers,
                        site.keys(),
                        signers,
                        clock,
                        meters);
    }

    /**
     * Starts everything and returns at once: signers, cluster and keys are waited for by {@link
     * #waitingFor()}, not here.
     *
     * @throws IOException if an address cannot be bound; the message names key and address
     */
    public void start() throws IOException {
        signers.start(local::keepOnly, site.keys()::keys, this::letGo);
        site.start();
    }

    /**
     * Leaf keys were revoked: they are not used any more, and nothing that was signed for them is.
     * The shared map has leaves of the site's key of this epoch, so that all of it goes; an edge
     * that hears of it later, and forgets what is good by then, asks signers for what they have
     * signed already. On the thread that watches a signer.
     */
    private void letGo(Set<KeyDigest> revoked) {
        List<EpochKey> gone = site.keys().revoke(revoked);
        if (gone.isEmpty()) {
            return;
        }
        local.letGo(
                gone.stream()
                        .map(key -> key.publicKey().publicKey())
                        .collect(Collectors.toUnmodifiableSet()));
        switch (shared.clear()) {
            case Cleared _ -> LOG.atInfo().log("the site's shared leaves are forgotten");
            // Names of leaves have the key in them: nobody who knows of the revocation asks for
            // these.
            case Unavailable(String detail) ->
                    LOG.atWarn()
                            .addKeyValue("detail", detail)
                            .log("the site's shared leaves stay until they end");
        }
    }

    /** The forge. */
    public LeafForge leaves() {
        return forge;
    }

    /** What the site shares, for other maps. */
    public Site site() {
        return site;
    }

    /**
     * The readiness condition "leaf keys present": empty when leaves can be forged, else what is
     * being waited for.
     */
    public Optional<String> waitingFor() {
        return signers.epochLength()
                        .flatMap(length -> site.keys().key(Epoch.at(clock.instant(), length)))
                        .isPresent()
                ? Optional.empty()
                : Optional.of(site.keys().waitingFor());
    }

    /**
     * Stops everything, in reverse order of starting; leaves that engines still serve live on with
     * those.
     */
    @Override
    public void close() {
        site.close();
        signers.close();
        local.close();
    }

    /** Wakes the keys when a signer has told the length of an epoch. */
    private static final class Wake implements Runnable {
        /** Set once, while wiring. */
        private volatile Optional<Site> keys = Optional.empty();

        @Override
        public void run() {
            keys.ifPresent(site -> site.keys().wake());
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(SiteForge.class);
}
