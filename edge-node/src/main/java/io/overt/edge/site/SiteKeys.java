package io.overt.edge.site;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.site.KeyDuty.Confirmation;
import io.overt.edge.site.KeyDuty.Fetch;
import io.overt.edge.site.KeyDuty.Make;
import io.overt.edge.site.KeyDuty.Rest;
import io.overt.edge.site.KeyDuty.Situation;
import io.overt.edge.site.KeyDuty.Times;
import io.overt.edge.site.KeySource.Fetched;
import io.overt.edge.site.KeySource.NotFetched;
import io.overt.edge.site.LeafKeyEnrolment.Enrolled;
import io.overt.edge.site.LeafKeyEnrolment.NotEnrolled;
import io.overt.edge.site.Standing.Peer;
import io.overt.service.process.ThreadBackstop;
import io.overt.x509.Epoch;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the site's keys and keeps them current: does, on one thread of its own, what {@link
 * KeyDuty} says. Reading is lock-free and safe on any thread. In memory only.
 */
public final class SiteKeys implements AutoCloseable {
    private final Supplier<Standing> standing;
    private final LeafKeyEnrolment enrolment;
    private final KeySource source;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Times times;
    private final Thread keeper;
    private final ThreadBackstop backstop;
    private final Semaphore wake = new Semaphore(0);
    private final Counter made;
    private final Counter notEnrolled;
    private final Counter fetched;
    private final Counter adopted;
    private final Counter notFetched;
    private final Counter lost;

    /** Written by the keeper alone; read without those that were revoked since. */
    private volatile Optional<Keyring> held = Optional.empty();

    /**
     * Keys that a signer has called revoked, since the start; grows with acts of the security team.
     */
    private final Set<KeyDigest> revoked = ConcurrentHashMap.newKeySet();

    private volatile String waitingFor = "not started";
    private volatile boolean closed;

    // Confined to the keeper.
    private Optional<Confirmation> confirmed = Optional.empty();
    private Optional<Instant> unanswered = Optional.empty();
    private Optional<EpochKey> pending = Optional.empty();
    private Duration pause = Duration.ZERO;

    /**
     * Keys that nobody has made or fetched yet.
     *
     * @param standing where this edge stands among its site's; cheap
     * @param enrolment the signers
     * @param source the other edges
     * @param clock says which epoch it is
     */
    SiteKeys(
            Supplier<Standing> standing,
            LeafKeyEnrolment enrolment,
            KeySource source,
            InstantSource clock,
            SecureRandom random,
            Times times,
            MeterRegistry meters) {
        this.standing = standing;
        this.enrolment = enrolment;
        this.source = source;
        this.clock = clock;
        this.random = random;
        this.times = times;
        this.keeper = Thread.ofPlatform().name("site-keys").daemon(true).unstarted(this::keep);
        this.backstop = new ThreadBackstop("site-keys", meters);
        this.made = event(meters, "made");
        this.notEnrolled = event(meters, "not-enrolled");
        this.fetched = event(meters, "fetched");
        this.adopted = event(meters, "adopted");
        this.notFetched = event(meters, "not-fetched");
        this.lost = event(meters, "revoked");
        Gauge.builder("overt.site.keys", this, SiteKeys::count)
                .description(
                        "Leaf keys held: 1 for the current epoch, 2 once the next is prepared, 0 when nothing can be forged.")
                .register(meters);
    }

    /** Begins to work. */
    void start() {
        keeper.start();
    }

    /** Looks at the situation anew; any thread, cheap. */
    public void wake() {
        if (wake.availablePermits() == 0) {
            wake.release();
        }
    }

    /** The leaf key of that epoch. */
    public Optional<EpochKey> key(Epoch epoch) {
        return ring().flatMap(ring -> ring.key(epoch));
    }

    /** The leaf keys held: of the current epoch, and of the next once it is prepared. */
    public List<EpochKey> keys() {
        return ring().map(ring -> List.copyOf(ring.keys().values())).orElseGet(List::of);
    }

    /** What the site's maps are sealed under. */
    public Optional<SiteSecret> secret() {
        return held.map(Keyring::secret);
    }

    /** Everything, for a peer whose identity was checked. */
    Optional<Keyring> ring() {
        return revoked.isEmpty() ? held : held.map(ring -> ring.without(revoked));
    }

    /**
     * Lets go of keys that a signer calls revoked: from the return on they are neither given out
     * nor taken from a peer, and another one is made. Any thread. A signer that lies about it costs
     * the site new keys and leaves, and could refuse them as well.
     *
     * @return those that were held until now
     */
    public List<EpochKey> revoke(Set<KeyDigest> digests) {
        List<EpochKey> gone =
                keys().stream().filter(each -> digests.contains(each.digest())).toList();
        if (revoked.addAll(digests) && !gone.isEmpty()) {
            lost.increment(gone.size());
            gone.forEach(
                    key ->
                            LOG.atWarn()
                                    .addKeyValue("key", key)
                                    .addKeyValue("sha256", key.digest())
                                    .log("leaf key revoked; another one is made"));
            wake();
            return gone;
        }
        return List.of();
    }

    /** Whether it was revoked. */
    public boolean isRevoked(EpochKey key) {
        return revoked.contains(key.digest());
    }

    /**
     * What the keys are waiting for, for readiness and refusals: who is asked or what is missing.
     */
    public String waitingFor() {
        return waitingFor;
    }

    @Override
    public void close() {
        closed = true;
        keeper.interrupt();
        try {
            keeper.join(CLOSE_WITHIN);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void keep() {
        try {
            while (!closed) {
                Duration rest = round();
                // Never longer than a minute by the thread's clock: a wall clock that jumps is
                // noticed.
                long millis = Math.clamp(rest.toMillis(), 0, LONGEST_REST.toMillis());
                if (wake.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
                    pause = Duration.ZERO;
                }
            }
        } catch (InterruptedException _) {
            // close() interrupts; nobody else knows this thread.
            Thread.currentThread().interrupt();
        }
    }

    /** Does the next duty; how long nothing is to be done after it. */
    private Duration round() {
        try {
            Instant now = clock.instant();
            Situation situation =
                    new Situation(
                            standing.get(), ring(), confirmed, unanswered, enrolment.epochLength());
            return switch (KeyDuty.next(situation, times, now)) {
                case Make(Epoch epoch) -> make(epoch, situation);
                case Fetch(Peer from) -> fetch(from, situation, now);
                case Rest(Instant until, String why) -> {
                    waitingFor = why;
                    pause = Duration.ZERO;
                    yield Duration.between(now, until);
                }
            };
        } catch (RuntimeException e) { // The back-stop: without this thread no leaf is forged.
            backstop.caught(e);
            waitingFor = "a defect of this edge: " + e;
            return paused();
        }
    }

    private Duration make(Epoch epoch, Situation situation) {
        SiteSecret secret = held.map(Keyring::secret).orElseGet(() -> SiteSecret.random(random));
        // The same key until it is enrolled: an enrolment whose answer was lost has used up one of
        // the few that a site may have.
        EpochKey key =
                pending.filter(each -> each.epoch().equals(epoch) && !isRevoked(each))
                        .orElseGet(() -> EpochKey.generate(epoch, random));
        pending = Optional.of(key);
        return switch (enrolment.enrol(key)) {
            case Enrolled _ -> {
                Keyring before = ring().orElseGet(() -> Keyring.of(secret, List.of()));
                Epoch current =
                        situation
                                .epochLength()
                                .map(length -> Epoch.at(clock.instant(), length))
                                .orElse(epoch);
                held = Optional.of(before.with(key, current));
                pending = Optional.empty();
                made.increment();
                LOG.atInfo().addKeyValue("key", key).log("leaf key made and enrolled");
                yield done();
            }
            case NotEnrolled(String detail) -> {
                notEnrolled.increment();
                yield failed("enrolment of the leaf key: " + detail);
            }
        };
    }

    private Duration fetch(Peer from, Situation situation, Instant now) {
        return switch (source.fetch(from)) {
            case Fetched(Keyring sent) -> {
                Keyring ring = sent.without(revoked);
                boolean others =
                        held.map(mine -> !mine.secret().equals(ring.secret())).orElse(false);
                if (others) {
                    adopted.increment();
                    LOG.atWarn()
                            .addKeyValue("peer", from.address())
                            .log("the oldest edge has other keys; adopting them");
                }
                boolean news =
                        others
                                || ring().map(
                                                mine ->
                                                        !mine.keys()
                                                                .keySet()
                                                                .equals(ring.keys().keySet()))
                                        .orElse(true);
                held = Optional.of(ring);
                confirmed = Optional.of(new Confirmation(from.member(), now));
                boolean serves =
                        situation
                                .epochLength()
                                .map(length -> ring.has(Epoch.at(now, length)))
                                .orElse(true);
                unanswered = serves ? Optional.empty() : Optional.of(unanswered.orElse(now));
                fetched.increment();
                // Without news the thing that was asked for is not there yet: not a failure, but no
                // reason to ask again at once.
                yield news ? done() : paused();
            }
            case NotFetched(String detail) -> {
                notFetched.increment();
                unanswered = Optional.of(unanswered.orElse(now));
                yield failed("keys of the oldest edge at " + from.address() + ": " + detail);
            }
        };
    }

    private Duration done() {
        pause = Duration.ZERO;
        return Duration.ZERO;
    }

    private Duration failed(String what) {
        waitingFor = what;
        Duration rest = paused();
        LOG.atWarn().addKeyValue("retry_in", rest).log(what);
        return rest;
    }

    private Duration paused() {
        pause = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
        pause = pause.compareTo(LAST_PAUSE) < 0 ? pause : LAST_PAUSE;
        return pause;
    }

    private double count() {
        return ring().map(ring -> ring.keys().size()).orElse(0);
    }

    private static Counter event(MeterRegistry meters, String event) {
        return Counter.builder("overt.site.key.events")
                .description("What happened to the site's leaf keys at this edge.")
                .tag("event", event)
                .register(meters);
    }

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(SiteKeys.class);
}
