package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.flow.CertificateHabit;
import io.overt.edge.flow.CertificateRequest;
import io.overt.edge.revocation.SiteShelf;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Two edges of a site, and what they tell each other of upstreams. */
class UpstreamHabitsTest {
    private static final InetSocketAddress BANK = new InetSocketAddress("192.0.2.80", 443);
    private static final Optional<String> NAME = Optional.of("login.bank.example");
    private static final Duration HOUR = Duration.ofHours(1);

    private final Shelf shelf = new Shelf();
    private final SimpleMeterRegistry metersOfA = new SimpleMeterRegistry();
    private final SimpleMeterRegistry metersOfB = new SimpleMeterRegistry();
    private Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private long nanos;
    private final UpstreamHabits a = habits(new HabitSettings(HOUR, 100), metersOfA);
    private final UpstreamHabits b = habits(new HabitSettings(HOUR, 100), metersOfB);

    @Test
    void what_one_edge_saw_insist_counts_at_the_other_once_the_upstream_asks() {
        a.learn(BANK, NAME, CertificateHabit.INSISTS);

        assertThat(a.of(BANK, NAME)).contains(CertificateHabit.INSISTS);
        assertThat(b.of(BANK, NAME)).isEmpty();
        assertThat(b.hearsay(BANK, NAME).given(CertificateRequest.ASKED))
                .contains(CertificateHabit.INSISTS);
        assertThat(b.of(BANK, NAME)).as("hearsay is not knowledge").isEmpty();
        assertThat(fate(metersOfA, "shared")).isEqualTo(1);
        assertThat(fate(metersOfB, "heard")).isEqualTo(1);
        assertThat(fate(metersOfB, "shared")).isZero();
    }

    @Test
    void an_upstream_that_does_not_ask_refutes_it() {
        a.learn(BANK, NAME, CertificateHabit.INSISTS);

        assertThat(b.hearsay(BANK, NAME).given(CertificateRequest.NOT_ASKED)).isEmpty();
        assertThat(b.hearsay(BANK, NAME).given(CertificateRequest.ASKED)).isEmpty();
        assertThat(fate(metersOfB, "refuted")).isEqualTo(1);
    }

    @Test
    void another_server_and_another_name_are_other_upstreams() {
        a.learn(BANK, NAME, CertificateHabit.INSISTS);

        var elsewhere = new InetSocketAddress("192.0.2.81", 443);
        var otherPort = new InetSocketAddress("192.0.2.80", 8443);
        assertThat(b.hearsay(elsewhere, NAME).given(CertificateRequest.ASKED)).isEmpty();
        assertThat(b.hearsay(otherPort, NAME).given(CertificateRequest.ASKED)).isEmpty();
        assertThat(b.hearsay(BANK, Optional.empty()).given(CertificateRequest.ASKED)).isEmpty();
    }

    @Test
    void that_one_asks_each_edge_sees_for_itself() {
        a.learn(BANK, NAME, CertificateHabit.ASKS);
        assertThat(shelf.values).isEmpty();
        assertThat(fate(metersOfA, "shared")).isZero();
    }

    @Test
    void it_is_written_when_it_is_news_and_not_with_every_connection() {
        a.learn(BANK, NAME, CertificateHabit.ASKS);
        a.learn(BANK, NAME, CertificateHabit.INSISTS);
        a.learn(BANK, NAME, CertificateHabit.ASKS);
        a.learn(BANK, NAME, CertificateHabit.INSISTS);
        assertThat(a.of(BANK, NAME)).contains(CertificateHabit.INSISTS);
        assertThat(shelf.writes).isEqualTo(1);
        assertThat(shelf.lived).isEqualTo(HOUR);

        pass(HOUR);
        assertThat(a.of(BANK, NAME)).isEmpty();
        a.learn(BANK, NAME, CertificateHabit.INSISTS);
        assertThat(shelf.writes).isEqualTo(2);
    }

    @Test
    void what_is_older_than_this_edge_remembers_or_of_a_time_to_come_is_not_believed() {
        a.learn(BANK, NAME, CertificateHabit.INSISTS);
        var hearsay = b.hearsay(BANK, NAME);

        pass(HOUR.minusSeconds(1));
        assertThat(hearsay.given(CertificateRequest.ASKED)).isPresent();
        pass(Duration.ofSeconds(1));
        assertThat(hearsay.given(CertificateRequest.ASKED)).isEmpty();
        now = now.minus(Duration.ofHours(2));
        assertThat(hearsay.given(CertificateRequest.ASKED)).isEmpty();
    }

    @Test
    void whatever_the_site_returns_is_ignored_and_counted_and_never_an_exception() {
        a.learn(BANK, NAME, CertificateHabit.INSISTS);
        var sound = shelf.values.values().iterator().next().toByteArray();
        for (var at = 0; at < sound.length; at++) {
            for (var mask = 1; mask < 256; mask++) {
                var changed = sound.clone();
                changed[at] ^= (byte) mask;
                shelf.values.replaceAll((_, _) -> ByteString.copyFrom(changed));
                pass(Duration.ofMinutes(2));
                now = now.minus(Duration.ofMinutes(2));
                var _ = b.hearsay(BANK, NAME).given(CertificateRequest.ASKED);
            }
        }
        assertThat(fate(metersOfB, "unreadable")).isPositive();
        assertThat(b.of(BANK, NAME)).isEmpty();
    }

    @Test
    void a_site_that_does_not_answer_is_not_waited_for_and_not_asked_with_every_connection() {
        shelf.silent = true;
        for (var i = 0; i < 10; i++) {
            assertThat(b.hearsay(BANK, NAME).given(CertificateRequest.ASKED)).isEmpty();
        }
        assertThat(shelf.reads).isEqualTo(1);

        pass(Duration.ofMinutes(1));
        shelf.silent = false;
        a.learn(BANK, NAME, CertificateHabit.INSISTS);
        assertThat(b.hearsay(BANK, NAME).given(CertificateRequest.ASKED)).isPresent();
    }

    @Test
    void an_answer_that_comes_while_the_upstream_is_met_still_counts() {
        a.learn(BANK, NAME, CertificateHabit.INSISTS);
        shelf.silent = true;
        var hearsay = b.hearsay(BANK, NAME);
        assertThat(hearsay.given(CertificateRequest.ASKED)).isEmpty();

        shelf.answer();

        assertThat(hearsay.given(CertificateRequest.ASKED)).contains(CertificateHabit.INSISTS);
    }

    @Test
    void no_more_upstreams_are_remembered_than_configured() {
        for (var port = 1; port <= 1000; port++) {
            a.learn(new InetSocketAddress("192.0.2.80", port), NAME, CertificateHabit.INSISTS);
        }
        var kept = 0;
        for (var port = 1; port <= 1000; port++) {
            kept += a.of(new InetSocketAddress("192.0.2.80", port), NAME).isPresent() ? 1 : 0;
        }
        assertThat(kept).isBetween(1, 100);
    }

    private UpstreamHabits habits(HabitSettings settings, SimpleMeterRegistry meters) {
        return new UpstreamHabits(settings, shelf, () -> now, () -> nanos, meters);
    }

    private void pass(Duration time) {
        now = now.plus(time);
        nanos += time.toNanos();
    }

    private static double fate(SimpleMeterRegistry meters, String fate) {
        return meters.counter("overt.edge.upstream.habits", "fate", fate).count();
    }

    /** The site; silent when a test wants it so. */
    private static final class Shelf implements SiteShelf {
        final Map<ByteString, ByteString> values = new HashMap<>();
        private final Map<ByteString, CompletableFuture<Optional<ByteString>>> asked =
                new HashMap<>();
        private boolean silent;
        private int reads;
        private int writes;
        private Duration lived = Duration.ZERO;

        @Override
        public CompletionStage<Optional<ByteString>> read(byte[] key) {
            reads++;
            var name = ByteString.copyFrom(key);
            return silent
                    ? asked.computeIfAbsent(name, _ -> new CompletableFuture<>())
                    : CompletableFuture.completedFuture(Optional.ofNullable(values.get(name)));
        }

        @Override
        public void write(byte[] key, byte[] value, Duration timeToLive) {
            writes++;
            lived = timeToLive;
            values.put(ByteString.copyFrom(key), ByteString.copyFrom(value));
        }

        void answer() {
            asked.forEach((key, answer) -> answer.complete(Optional.ofNullable(values.get(key))));
        }
    }
}
