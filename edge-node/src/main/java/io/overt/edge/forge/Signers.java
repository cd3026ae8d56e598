package io.overt.edge.forge;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.forge.SignerAnswer.Answered;
import io.overt.edge.forge.SignerAnswer.NoAnswer;
import io.overt.edge.forge.SignerAnswer.Refused;
import io.overt.edge.site.EpochKey;
import io.overt.edge.site.LeafKeyEnrolment;
import io.overt.proto.signer.v1.EnrolLeafKeyResponse;
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
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All signers that this edge may ask. Looks at what each says of itself every minute or so on a
 * thread of its own, and every few seconds while it does not answer, so that one that is back is
 * used soon. Thread-safe.
 */
final class Signers implements LeafKeyEnrolment, AutoCloseable {
    private final List<SignerClient> clients;
    private final String profile;
    private final Duration describeEvery;
    private final Duration retryEvery;
    private final RandomGenerator random;
    private final Runnable described;
    private final List<Thread> watchers;
    private final ThreadBackstop backstop;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Object telling = new Object();
    private volatile Consumer<Set<CertificateFingerprint>> issuersChanged = _ -> {};

    /**
     * Signers that nobody has asked yet.
     *
     * @param tls of this edge
     * @param described called on a watching thread whenever a signer's description has changed
     * @param random spreads the attempts of a fleet
     */
    Signers(
            SignersConfig config,
            FleetTls tls,
            Runnable described,
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
                                                config.callDeadline(),
                                                new BudgetHolds(System::nanoTime, meters)))
                        .toList();
        this.profile = config.profile();
        this.describeEvery = config.describeEvery();
        this.retryEvery = config.retryEvery();
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
        for (SignerClient client : clients) {
            Gauge.builder(
                            "overt.signer.healthy",
                            client,
                            each -> each.isHealthy() && each.description().isPresent() ? 1 : 0)
                    .description("1 while the signer answered when it was last asked.")
                    .tag("signer", client.address())
                    .register(meters);
        }
    }

    /**
     * Begins to look at the signers.
     *
     * @param changed told which issuers' leaves may still be served, whenever that has changed
     */
    void start(Consumer<Set<CertificateFingerprint>> changed) {
        this.issuersChanged = changed;
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
     * others. Those that did not answer last time come last. Only signers that have an active
     * issuer of this trust and mean the same by the profile.
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
                        Comparator.comparing((Candidate each) -> !each.client().isHealthy())
                                .thenComparing(
                                        Candidate::weight,
                                        (one, other) -> Long.compareUnsigned(other, one)))
                .map(Candidate::client)
                .toList();
    }

    /** Asks {@code client} what it signs with now; whether that differs from what was known. */
    boolean describe(SignerClient client) {
        Optional<SignerDescription> before = client.description();
        return switch (client.describe()) {
            case Answered<SignerDescription>(SignerDescription now) -> {
                boolean changed = before.filter(now::equals).isEmpty();
                if (changed) {
                    LOG.atInfo()
                            .addKeyValue("signer", client.address())
                            .addKeyValue("issuers", now.issuers().size())
                            .addKeyValue(
                                    "profiles",
                                    now.profiles().stream().map(MirrorProfile::name).toList())
                            .addKeyValue("left_out", now.problems())
                            .log("signer described");
                    tellIssuers();
                    described.run();
                }
                yield changed;
            }
            case Refused<SignerDescription>(var reason, var detail) ->
                    notDescribed(client, RefusalCourse.text(reason) + ": " + detail);
            case NoAnswer<SignerDescription>(var detail) -> notDescribed(client, detail);
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
            Optional<String> problem = enrolAt(client, key);
            if (problem.isEmpty()) {
                enrolled++;
            } else {
                refusals.add(problem.get());
            }
        }
        if (enrolled > 0) {
            // The others learn of the key when they are asked for a leaf with it.
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
    Optional<String> enrolAt(SignerClient client, EpochKey key) {
        return switch (client.enrol(key)) {
            case Answered<EnrolLeafKeyResponse> _ -> Optional.empty();
            case Refused<EnrolLeafKeyResponse>(var reason, var detail) ->
                    Optional.of(RefusalCourse.text(reason) + ": " + detail);
            case NoAnswer<EnrolLeafKeyResponse>(var detail) -> Optional.of(detail);
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
        try {
            while (closing.getCount() > 0) {
                if (client.isOutOfReach()) {
                    client.reconnect();
                    client.awaitChange(retry.next());
                } else {
                    backstop.around(() -> describe(client)).run();
                    if (client.description().isPresent()) {
                        retry.reset();
                        client.awaitChange(describeEvery);
                    } else {
                        client.awaitChange(retry.next());
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

    private static boolean notDescribed(SignerClient client, String detail) {
        LOG.atWarn()
                .addKeyValue("signer", client.address())
                .log("signer not described: {}", detail);
        return false;
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
