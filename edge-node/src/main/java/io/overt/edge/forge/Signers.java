package io.overt.edge.forge;

import com.github.benmanes.caffeine.cache.Ticker;
import io.grpc.Deadline;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.forge.SignerAnswer.Answered;
import io.overt.edge.forge.SignerAnswer.NoAnswer;
import io.overt.edge.forge.SignerAnswer.Refused;
import io.overt.edge.site.EpochKey;
import io.overt.edge.site.KeyDigest;
import io.overt.edge.site.LeafKeyEnrolment;
import io.overt.proto.signer.v1.EnrolLeafKeyResponse;
import io.overt.proto.signer.v1.HealthResponse;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.process.ThreadBackstop;
import io.overt.service.rpc.Backoff;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.ForgeKey;
import io.overt.x509.IssuerTrust;
import io.overt.x509.MirrorProfile;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All signers that this edge may ask. Asks each every second or so, on a thread of its own, whether
 * it can sign, so that one that cannot is avoided before a connection finds out, and one that is
 * back is used soon. Thread-safe.
 */
final class Signers implements LeafKeyEnrolment, AutoCloseable {
    private final List<SignerClient> clients;
    private final String profile;
    private final Duration describeEvery;
    private final Duration probeEvery;
    private final Duration retryEvery;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Runnable described;
    private final List<Thread> watchers;
    private final ThreadBackstop backstop;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Object telling = new Object();
    private volatile Consumer<Set<CertificateFingerprint>> issuersChanged = _ -> {};
    private volatile Supplier<List<EpochKey>> keys = List::of;
    private volatile Consumer<Set<KeyDigest>> keysRevoked = _ -> {};

    /**
     * Signers that nobody has asked yet.
     *
     * @param tls of this edge
     * @param described called on a watching thread whenever a signer's description has changed, or
     *     one signs again
     * @param random spreads the attempts of a fleet
     */
    Signers(
            SignersConfig config,
            FleetTls tls,
            Runnable described,
            Ticker ticker,
            RandomGenerator random,
            MeterRegistry meters) {
        var context = tls.clientContext(ExpectedPeer.of(Role.SIGNER));
        this.clients =
                config.addresses().stream()
                        .map(
                                address ->
                                        new SignerClient(
                                                address,
                                                context,
                                                tls.self().site(),
                                                config,
                                                ticker,
                                                new BudgetHolds(ticker::read, meters),
                                                meters))
                        .toList();
        this.profile = config.profile();
        this.describeEvery = config.describeEvery();
        this.probeEvery = config.probeEvery();
        this.retryEvery = config.retryEvery();
        this.ticker = ticker;
        this.random = random;
        this.described = described;
        this.watchers =
                clients.stream()
                        .map(
                                client ->
                                        Thread.ofVirtual()
                                                .name("signer-watch")
                                                .unstarted(() -> watch(client)))
                        .toList();
        this.backstop = new ThreadBackstop("signer-watch", meters);
    }

    /**
     * Begins to look at the signers.
     *
     * @param changed told which issuers' leaves may still be served, whenever that has changed
     * @param keys the leaf keys that every signer is to know, also one that was away when they were
     *     made; cheap
     * @param revoked told which leaf keys a signer calls revoked, at each look that finds some;
     *     cheap where it knows of them
     */
    void start(
            Consumer<Set<CertificateFingerprint>> changed,
            Supplier<List<EpochKey>> keys,
            Consumer<Set<KeyDigest>> revoked) {
        this.issuersChanged = changed;
        this.keys = keys;
        this.keysRevoked = revoked;
        watchers.forEach(Thread::start);
    }

    /**
     * The profile that leaves are forged by: the first configured signer's word, as last known; all
     * edges list them alike.
     */
    Optional<MirrorProfile> profile() {
        return clients.stream()
                .flatMap(client -> client.description().stream())
                .flatMap(description -> description.profile(profile).stream())
                .findFirst();
    }

    /** The issuer with this certificate, if some signer vouches for its leaves. */
    Optional<KnownIssuer> issuer(CertificateFingerprint fingerprint) {
        return issuers().stream()
                .filter(issuer -> issuer.fingerprint().equals(fingerprint))
                .findFirst();
    }

    /**
     * Whom to ask for a leaf, best first: by rendezvous hashing, so that all edges of the cluster
     * take one leaf to one signer, and the leaves of a signer that goes away spread over the
     * others. In which order signers are configured does not matter, nor where they stand: whoever
     * asks them looks at that. Only signers that have an active issuer of this trust and mean the
     * same by the profile.
     */
    List<SignerClient> inOrder(ForgeKey key, MirrorProfile profile, IssuerTrust trust) {
        record Candidate(SignerClient client, long weight) {}
        return clients.stream()
                .flatMap(
                        client ->
                                client
                                        .description()
                                        .filter(
                                                known ->
                                                        known.profile(this.profile)
                                                                .equals(Optional.of(profile)))
                                        .flatMap(known -> known.active(trust))
                                        // The issuer, not the address, names the signer: edges may
                                        // reach it by different ones.
                                        .map(
                                                issuer ->
                                                        new Candidate(
                                                                client,
                                                                weight(key, issuer.fingerprint())))
                                        .stream())
                .sorted(
                        Comparator.comparing(
                                Candidate::weight,
                                (one, other) -> Long.compareUnsigned(other, one)))
                .map(Candidate::client)
                .toList();
    }

    /** Hears of a signer's health what concerns more than its standing; answers what is revoked. */
    Set<KeyDigest> heard(HealthResponse health) {
        Set<KeyDigest> revoked =
                health.getRevokedLeafKeysList().stream()
                        // What is no digest names no key.
                        .filter(each -> each.size() == KeyDigest.LENGTH)
                        .map(KeyDigest::new)
                        .collect(Collectors.toUnmodifiableSet());
        if (!revoked.isEmpty()) {
            keysRevoked.accept(revoked);
        }
        return revoked;
    }

    /**
     * Whether this signer calls the key revoked, or only a certificate of it. Asks it now, for
     * whoever was refused before the next look.
     */
    boolean callsRevoked(SignerClient client, EpochKey key) {
        return switch (client.health()) {
            case Answered<HealthResponse>(HealthResponse health) ->
                    heard(health).contains(key.digest());
            case Refused<HealthResponse> _, NoAnswer<HealthResponse> _ -> false;
        };
    }

    /** What came of asking a signer to describe itself. */
    enum Described {
        /** Otherwise than before. */
        CHANGED,
        /** As known. */
        SAME,
        /** It did not. */
        NOT_DESCRIBED
    }

    /** Asks {@code client} what it signs with now. */
    Described describe(SignerClient client, Deadline deadline) {
        Optional<SignerDescription> before = client.description();
        return switch (client.describe(deadline)) {
            case Answered<SignerDescription>(SignerDescription now) -> {
                if (before.filter(now::equals).isPresent()) {
                    yield Described.SAME;
                }
                LOG.atInfo()
                        .addKeyValue("signer", client.address())
                        .addKeyValue("issuers", now.issuers().size())
                        .addKeyValue(
                                "profiles",
                                now.profiles().stream().map(MirrorProfile::name).toList())
                        .addKeyValue("left_out", now.problems())
                        .log("signer described");
                if (!now.profile(profile).equals(profile())) {
                    LOG.atWarn()
                            .addKeyValue("signer", client.address())
                            .addKeyValue("profile", profile)
                            .log(
                                    "signer means another thing by the profile than the first one, and is not asked");
                }
                tellIssuers();
                described.run();
                yield Described.CHANGED;
            }
            case Refused<SignerDescription>(var reason, var detail) ->
                    notDescribed(client, RefusalCourse.text(reason) + ": " + detail);
            case NoAnswer<SignerDescription>(var _, var detail) -> notDescribed(client, detail);
        };
    }

    @Override
    public Optional<Duration> epochLength() {
        return profile().map(MirrorProfile::epochLength);
    }

    @Override
    public Enrolment enrol(EpochKey key) {
        List<String> refusals = new ArrayList<>();
        int enrolled = 0;
        for (SignerClient client : clients) {
            // One that is silent would only make the site wait; its watch tells it of the key when
            // it answers again.
            Optional<String> problem =
                    client.standing() == SignerStanding.SILENT
                            ? Optional.of(client.address() + ": does not answer")
                            : enrolAt(client, key, client.aCall());
            if (problem.isEmpty()) {
                enrolled++;
            } else {
                refusals.add(problem.get());
            }
        }
        if (enrolled > 0) {
            // The watches tell the others.
            refusals.forEach(
                    refusal ->
                            LOG.atWarn()
                                    .addKeyValue("key", key)
                                    .log("leaf key not enrolled at one signer: {}", refusal));
            return new Enrolled();
        }
        return new NotEnrolled(String.join("; ", refusals));
    }

    /** Enrols at one signer; what went wrong, if something did. */
    Optional<String> enrolAt(SignerClient client, EpochKey key, Deadline deadline) {
        return switch (client.enrol(key, deadline)) {
            case Answered<EnrolLeafKeyResponse> _ -> Optional.empty();
            case Refused<EnrolLeafKeyResponse>(var reason, var detail) ->
                    Optional.of(RefusalCourse.text(reason) + ": " + detail);
            case NoAnswer<EnrolLeafKeyResponse>(var _, var detail) -> Optional.of(detail);
        };
    }

    @Override
    public void close() {
        closing.countDown();
        watchers.forEach(Thread::interrupt);
        clients.forEach(SignerClient::close);
    }

    private void watch(SignerClient client) {
        Duration first = FIRST_PAUSE.compareTo(retryEvery) < 0 ? FIRST_PAUSE : retryEvery;
        var retry = new Backoff(first, retryEvery, random);
        var probe = new Backoff(probeEvery, probeEvery, random);
        var watch = new SignerWatch(this, client, describeEvery, ticker);
        try {
            while (closing.getCount() > 0) {
                if (client.isOutOfReach()) {
                    // Whichever call found that out.
                    client.breaker().saysNothing(client.address() + ": no connection");
                    client.reconnect();
                    client.awaitChange(retry.next());
                } else {
                    boolean healthyBefore = client.standing().isHealthy();
                    backstop.around(() -> watch.look(keys.get())).run();
                    boolean healthy = client.standing().isHealthy();
                    if (healthy && !healthyBefore) {
                        described.run();
                    }
                    if (client.standing() == SignerStanding.UNHEARD) {
                        client.awaitChange(retry.next());
                    } else {
                        retry.reset();
                        client.awaitChange(probe.next());
                    }
                }
            }
        } catch (InterruptedException _) {
            // close() interrupts; nobody else knows this thread.
            Thread.currentThread().interrupt();
        }
    }

    /** One after the other, so that the last word is the newest. */
    private void tellIssuers() {
        synchronized (telling) {
            issuersChanged.accept(good());
        }
    }

    private static Described notDescribed(SignerClient client, String detail) {
        LOG.atWarn()
                .addKeyValue("signer", client.address())
                .log("signer not described: {}", detail);
        return Described.NOT_DESCRIBED;
    }

    private List<KnownIssuer> issuers() {
        return clients.stream()
                .flatMap(client -> client.description().stream())
                .flatMap(description -> description.issuers().stream())
                .filter(KnownIssuer::isGood)
                .toList();
    }

    private Set<CertificateFingerprint> good() {
        return issuers().stream()
                .map(KnownIssuer::fingerprint)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static long weight(ForgeKey key, CertificateFingerprint issuer) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(key.bytes());
            return ByteBuffer.wrap(sha256.digest(issuer.bytes())).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Logger LOG = LoggerFactory.getLogger(Signers.class);
}
