package io.overt.edge.exclusion.site;

import static io.overt.edge.exclusion.site.TestSite.HOST;
import static io.overt.edge.exclusion.site.TestSite.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.overt.edge.exclusion.Basis;
import io.overt.edge.exclusion.Client;
import io.overt.edge.exclusion.Exclusion;
import io.overt.proto.control.v1.ExclusionEffect;
import io.overt.proto.control.v1.ExclusionWord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edges of one site, over a carrier that is not always what it should be. */
class SiteExclusionsTest {
    private static final Client ANN = client(1);
    private static final String LEARNED = HOST + " 10.0.0.1 learned 3";

    @TempDir Path folder;
    private TestSite site;

    @BeforeEach
    void begin() {
        site = new TestSite(folder);
    }

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void what_one_edge_learns_the_other_applies() throws Exception {
        var a = site.edge("a");
        var b = site.edge("b");

        a.refuses(ANN, HOST, 2);
        b.refuses(ANN, HOST, 1);

        eventually(() -> assertThat(a.list()).containsExactly(LEARNED).isEqualTo(b.list()));
        assertThat(b.of(ANN)).map(Exclusion::basis).contains(Basis.LEARNED);
        assertThat(b.of(client(2))).isEmpty();
    }

    @Test
    void what_is_forgotten_at_one_edge_is_gone_at_the_other_and_stays_gone() throws Exception {
        var a = site.edge("a");
        var b = site.edge("b");
        a.refuses(ANN, HOST, 3);
        eventually(() -> assertThat(b.of(ANN)).isPresent());

        assertThat(b.says(ExclusionWord.EXCLUSION_WORD_FORGET, "10.0.0.1"))
                .isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_DONE);

        assertThat(b.of(ANN)).isEmpty();
        eventually(() -> assertThat(a.list()).isEmpty());
        var late = site.edge("c");
        eventually(() -> assertThat(late.notes("taken")).isPositive());
        assertThat(late.list()).isEmpty();
    }

    @Test
    void a_client_that_takes_the_certificate_at_one_edge_is_inspected_at_all() throws Exception {
        var a = site.edge("a");
        var b = site.edge("b");
        a.refuses(ANN, HOST, 3);
        eventually(() -> assertThat(b.of(ANN)).isPresent());

        site.pass(Duration.ofSeconds(1));
        b.accepts(ANN, HOST);

        eventually(() -> assertThat(a.of(ANN)).isEmpty());
        assertThat(b.of(ANN)).isEmpty();
    }

    @Test
    void an_edge_that_was_restarted_knows_what_is_confirmed_by_its_disk_alone() throws Exception {
        var a = site.edge("a");
        a.refuses(ANN, HOST, 1);
        assertThat(a.says(ExclusionWord.EXCLUSION_WORD_CONFIRM, ""))
                .isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_DONE);
        // No close: what was answered is kept, be it that the power goes now.

        var again = site.alone("a");

        assertThat(again.of(client(9))).map(Exclusion::basis).contains(Basis.CONFIRMED);
        assertThat(again.list()).containsExactly(HOST + " * confirmed 1");
    }

    @Test
    void an_edge_with_an_empty_disk_hears_it_from_the_site_and_keeps_it() throws Exception {
        var a = site.edge("a");
        a.refuses(ANN, HOST, 1);
        a.says(ExclusionWord.EXCLUSION_WORD_CONFIRM, "");

        var b = site.edge("b");

        eventually(() -> assertThat(b.of(client(9))).isPresent());
        eventually(() -> assertThat(site.alone("b").of(client(9))).isPresent());
    }

    @Test
    void what_was_forgotten_elsewhere_is_forgotten_on_this_disk_too() throws Exception {
        var a = site.edge("a");
        var b = site.edge("b");
        a.refuses(ANN, HOST, 1);
        a.says(ExclusionWord.EXCLUSION_WORD_CONFIRM, "");
        eventually(() -> assertThat(site.alone("b").of(client(9))).isPresent());

        a.says(ExclusionWord.EXCLUSION_WORD_FORGET, "");

        eventually(() -> assertThat(b.list()).isEmpty());
        eventually(() -> assertThat(site.alone("b").of(client(9))).isEmpty());
    }

    @Test
    void an_edge_that_was_restarted_adds_to_what_it_counted_before() throws Exception {
        var a = site.edge("a");
        a.refuses(ANN, HOST, 2);
        eventually(() -> assertThat(site.carrier.carried()).isNotEmpty());
        a.exclusions.close();

        var again = site.edge("a");
        again.refuses(ANN, HOST, 1);

        eventually(() -> assertThat(again.list()).containsExactly(LEARNED));
    }

    @Test
    void evidence_at_many_edges_at_once_adds_up_without_loss_or_double_count() throws Exception {
        var edges = List.of(site.edge("a"), site.edge("b"), site.edge("c"));
        var together = new CountDownLatch(1);
        var refusing = new ArrayList<Future<Boolean>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var edge : edges) {
                for (var i = 0; i < 8; i++) {
                    refusing.add(
                            threads.submit(
                                    () -> {
                                        together.await();
                                        for (var j = 0; j < 25; j++) {
                                            edge.refuses(ANN, HOST, 1);
                                            edge.refuses(client(2 + j % 5), "other.example", 1);
                                        }
                                        return true;
                                    }));
                }
            }
            together.countDown();
        }
        assertThat(refusing).allMatch(each -> each.resultNow());

        for (var edge : edges) {
            eventually(
                    () ->
                            assertThat(edge.list())
                                    .contains(HOST + " 10.0.0.1 learned 600")
                                    .contains("other.example 10.0.0.2 learned 120")
                                    .contains("other.example 10.0.0.6 learned 120"));
        }
    }

    @Test
    void a_carrier_that_hangs_delays_nobody_and_is_told_when_it_is_back() throws Exception {
        var thaw = new CountDownLatch(1);
        site.carrier.stuckUntil(thaw);
        var a = site.edge("a");
        var b = site.edge("b");

        // Answers at once: with the carrier hanging for good, this test would hang as well.
        a.refuses(ANN, HOST, 3);
        assertThat(a.of(ANN)).isPresent();
        assertThat(a.says(ExclusionWord.EXCLUSION_WORD_CONFIRM, "10.0.0.1"))
                .isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_DONE);
        assertThat(b.of(ANN)).isEmpty();

        thaw.countDown();
        eventually(() -> assertThat(b.of(ANN)).map(Exclusion::basis).contains(Basis.CONFIRMED));
    }

    @Test
    void what_a_carrier_does_not_take_is_counted_and_told_when_it_is_back() throws Exception {
        var a = site.edge("a");
        var b = site.edge("b");
        site.carrier.away(true);
        a.refuses(ANN, HOST, 3);
        eventually(() -> assertThat(a.notes("unshared")).isPositive());
        assertThat(a.of(ANN)).isPresent();
        assertThat(b.of(ANN)).isEmpty();

        site.carrier.away(false);

        eventually(() -> assertThat(b.of(ANN)).isPresent());
        assertThat(a.defects() + b.defects()).isZero();
    }

    @Test
    void any_byte_that_the_carrier_changes_is_ignored_and_counted() throws Exception {
        var a = site.edge("a");
        a.refuses(ANN, HOST, 3);
        a.says(ExclusionWord.EXCLUSION_WORD_CONFIRM, "");
        eventually(() -> assertThat(site.carrier.carried()).hasSize(2));
        try (var other = new TestSite(folder.resolve("other"))) {
            var b = other.edge("b");
            var nonsense = ByteString.copyFromUtf8("nonsense");
            eventually(
                    () -> {
                        other.carrier.store(nonsense, nonsense, Duration.ofHours(1));
                        assertThat(b.notes("foreign")).isPositive();
                    });
            var before = b.notes("foreign");
            var changed = 0;
            for (var entry : site.carrier.carried().entrySet()) {
                for (var at = 0; at < entry.getValue().size(); at++) {
                    var bytes = entry.getValue().toByteArray();
                    bytes[at] ^= 1;
                    other.carrier.store(
                            entry.getKey(), ByteString.copyFrom(bytes), Duration.ofHours(1));
                    changed++;
                }
            }
            assertThat(changed).isGreaterThan(200);
            assertThat(b.notes("foreign") - before).isGreaterThanOrEqualTo(changed);
            assertThat(b.list()).isEmpty();
            assertThat(b.notes("taken") + b.notes("rejected") + b.defects()).isZero();

            // As it was, it is taken: it is the change that was noticed.
            site.carrier
                    .carried()
                    .forEach((key, value) -> other.carrier.store(key, value, Duration.ofHours(1)));
            assertThat(b.list()).hasSize(2);
        }
    }

    @Test
    void a_value_that_the_carrier_puts_under_another_key_is_not_taken() throws Exception {
        var a = site.edge("a");
        a.refuses(ANN, HOST, 3);
        eventually(() -> assertThat(site.carrier.carried()).hasSize(1));
        site.carrier.lies(
                sound -> {
                    var moved = new HashMap<ByteString, ByteString>();
                    sound.forEach((key, value) -> moved.put(key.substring(1).concat(key), value));
                    return moved;
                });

        var b = site.edge("b");

        eventually(() -> assertThat(b.notes("foreign")).isEqualTo(1));
        assertThat(b.list()).isEmpty();
    }

    @Test
    void an_older_value_that_the_carrier_repeats_brings_nothing_back() throws Exception {
        var a = site.edge("a");
        var b = site.edge("b");
        a.refuses(ANN, HOST, 3);
        a.says(ExclusionWord.EXCLUSION_WORD_CONFIRM, "10.0.0.1");
        eventually(() -> assertThat(b.of(ANN)).map(Exclusion::basis).contains(Basis.CONFIRMED));
        var old = site.carrier.carried();
        b.says(ExclusionWord.EXCLUSION_WORD_FORGET, "10.0.0.1");
        eventually(() -> assertThat(a.of(ANN)).isEmpty());
        var before = b.notes("unshared");

        site.carrier.lies(_ -> old);
        // Makes an edge go through all of it again.
        site.carrier.away(true);
        b.refuses(client(2), "other.example", 1);
        eventually(() -> assertThat(b.notes("unshared")).isGreaterThan(before));
        site.carrier.away(false);
        eventually(() -> assertThat(site.carrier.carried().size()).isGreaterThan(old.size() + 1));

        assertThat(b.of(ANN)).isEmpty();
        assertThat(b.list()).noneMatch(line -> line.startsWith(HOST));
    }

    @Test
    void the_carrier_reads_no_host_and_no_client() throws Exception {
        var a = site.edge("a");
        a.refuses(ANN, HOST, 3);
        a.says(ExclusionWord.EXCLUSION_WORD_CONFIRM, "");
        eventually(() -> assertThat(site.carrier.carried()).hasSize(2));

        site.carrier
                .carried()
                .forEach(
                        (key, value) ->
                                assertThat(key.concat(value).toString(StandardCharsets.ISO_8859_1))
                                        .doesNotContain("bank", "operator", "alert"));
    }

    @Test
    void an_exclusion_is_over_at_every_edge_when_its_time_is_up() throws Exception {
        var a = site.edge("a");
        var b = site.edge("b");
        a.refuses(ANN, HOST, 3);
        eventually(() -> assertThat(b.of(ANN)).isPresent());

        site.pass(TestSite.PINNED.ttl().minusSeconds(1));
        assertThat(a.of(ANN)).isPresent();
        assertThat(b.of(ANN)).isPresent();
        site.pass(Duration.ofSeconds(1));

        assertThat(a.of(ANN)).isEmpty();
        assertThat(b.of(ANN)).isEmpty();
        assertThat(a.list()).isEmpty();
        assertThat(b.list()).isEmpty();
    }

    @Test
    void verdicts_on_a_disk_that_changed_them_do_not_hold_and_the_edge_serves() throws Exception {
        var a = site.edge("a");
        a.refuses(ANN, HOST, 1);
        a.says(ExclusionWord.EXCLUSION_WORD_CONFIRM, "");
        var file = folder.resolve("a/exclusion-verdicts");
        var bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);

        var again = site.alone("a");

        assertThat(again.list()).isEmpty();
        assertThat(again.notes("unkept")).isEqualTo(1);
    }

    private static void eventually(ThrowingRunnable asserted) {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(asserted);
    }
}
