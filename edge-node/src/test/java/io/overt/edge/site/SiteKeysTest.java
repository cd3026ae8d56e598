package io.overt.edge.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.site.KeyDuty.Times;
import io.overt.edge.site.Standing.Apart;
import io.overt.x509.Epoch;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The keeper of the keys at an edge by itself, with a clock of the test's. */
class SiteKeysTest {
    private static final Epoch EPOCH = new Epoch(2968);

    private final FakeEnrolment enrolment = new FakeEnrolment();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicReference<Instant> now =
            new AtomicReference<>(EPOCH.start(FakeEnrolment.EPOCH_LENGTH));
    private final SiteKeys keys =
            new SiteKeys(
                    () -> new Apart("by itself"),
                    enrolment,
                    _ -> new KeySource.NotFetched("by itself"),
                    now::get,
                    new SecureRandom(),
                    new Times(Duration.ofMinutes(5), Duration.ofSeconds(30)),
                    meters);

    @AfterEach
    void close() {
        keys.close();
    }

    @Test
    void while_the_signers_are_away_one_key_is_offered_again_and_none_is_held() {
        enrolment.goAway();
        keys.start();
        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(enrolment.offered()).hasSizeGreaterThan(2));
        assertThat(enrolment.offered())
                .extracting(EpochKey::publicKey)
                .containsOnly(enrolment.offered().getFirst().publicKey());
        assertThat(keys.key(EPOCH)).isEmpty();
        assertThat(keys.waitingFor()).contains("away");
        assertThat(meters.counter("overt.site.key.events", "event", "not-enrolled").count())
                .isGreaterThan(1);

        enrolment.comeBack();
        await().atMost(WITHIN).untilAsserted(() -> assertThat(keys.key(EPOCH)).isPresent());
        assertThat(keys.key(EPOCH).orElseThrow().publicKey())
                .isEqualTo(enrolment.offered().getFirst().publicKey());
    }

    @Test
    void the_next_epochs_key_is_made_ahead_and_the_last_ones_is_forgotten() {
        keys.start();
        await().atMost(WITHIN).untilAsserted(() -> assertThat(keys.key(EPOCH)).isPresent());
        assertThat(keys.key(EPOCH.next())).isEmpty();
        SiteSecret secret = keys.secret().orElseThrow();

        now.set(EPOCH.end(FakeEnrolment.EPOCH_LENGTH).minusSeconds(1));
        keys.wake();
        await().atMost(WITHIN).untilAsserted(() -> assertThat(keys.key(EPOCH.next())).isPresent());
        assertThat(keys.key(EPOCH)).isPresent();
        EpochKey next = keys.key(EPOCH.next()).orElseThrow();

        now.set(EPOCH.next().end(FakeEnrolment.EPOCH_LENGTH).minusSeconds(1));
        keys.wake();
        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(keys.key(EPOCH.next().next())).isPresent());
        assertThat(keys.key(EPOCH.next())).contains(next);
        assertThat(keys.key(EPOCH)).isEmpty();
        assertThat(keys.secret()).contains(secret);
        assertThat(enrolment.keys()).hasSize(3);
    }

    @Test
    void a_revoked_key_is_held_no_more_and_another_one_is_made_for_its_epoch() {
        keys.start();
        await().atMost(WITHIN).untilAsserted(() -> assertThat(keys.key(EPOCH)).isPresent());
        EpochKey lost = keys.key(EPOCH).orElseThrow();
        SiteSecret secret = keys.secret().orElseThrow();
        KeyDigest another = EpochKey.generate(EPOCH, new SecureRandom()).digest();

        assertThat(keys.revoke(Set.of(another))).as("nothing of ours").isEmpty();
        enrolment.goAway();
        assertThat(keys.revoke(Set.of(another, lost.digest()))).containsExactly(lost);
        assertThat(keys.key(EPOCH)).as("from the return on").isEmpty();
        assertThat(keys.ring().orElseThrow().keys()).as("for peers as well").isEmpty();
        assertThat(keys.isRevoked(lost)).isTrue();
        assertThat(keys.revoke(Set.of(lost.digest()))).as("told once").isEmpty();

        enrolment.comeBack();
        await().atMost(WITHIN).untilAsserted(() -> assertThat(keys.key(EPOCH)).isPresent());
        assertThat(keys.key(EPOCH).orElseThrow().publicKey()).isNotEqualTo(lost.publicKey());
        assertThat(keys.secret()).contains(secret);
        assertThat(meters.counter("overt.site.key.events", "event", "revoked").count())
                .isEqualTo(1);
    }

    @Test
    void a_key_that_is_revoked_before_it_could_be_enrolled_is_not_offered_again() {
        enrolment.goAway();
        keys.start();
        await().atMost(WITHIN).untilAsserted(() -> assertThat(enrolment.offered()).isNotEmpty());
        EpochKey offered = enrolment.offered().getFirst();
        keys.revoke(Set.of(offered.digest()));
        await().atMost(WITHIN)
                .untilAsserted(
                        () ->
                                assertThat(enrolment.offered().getLast().publicKey())
                                        .isNotEqualTo(offered.publicKey()));
    }

    @Test
    void a_defect_in_a_round_is_counted_and_does_not_end_the_keeper() {
        enrolment.breakDown();
        keys.start();
        await().atMost(WITHIN)
                .untilAsserted(
                        () ->
                                assertThat(
                                                meters.counter(
                                                                "overt.thread.defects",
                                                                "thread",
                                                                "site-keys")
                                                        .count())
                                        .isGreaterThan(1));
        assertThat(keys.waitingFor()).contains("a defect");

        enrolment.mend();
        await().atMost(WITHIN).untilAsserted(() -> assertThat(keys.key(EPOCH)).isPresent());
    }

    private static final Duration WITHIN = Duration.ofSeconds(30);
}
