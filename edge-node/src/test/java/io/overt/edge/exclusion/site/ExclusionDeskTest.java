package io.overt.edge.exclusion.site;

import static io.overt.edge.exclusion.site.TestSite.HOST;
import static io.overt.edge.exclusion.site.TestSite.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.overt.edge.exclusion.site.TestSite.Edge;
import io.overt.proto.control.v1.ExclusionAnswer;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.proto.control.v1.ExclusionEffect;
import io.overt.proto.control.v1.ExclusionEntry;
import io.overt.proto.control.v1.ExclusionFilter;
import io.overt.proto.control.v1.ExclusionVerdict;
import io.overt.proto.control.v1.ExclusionWord;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a control plane can ask of an edge about exclusions, and what it cannot. */
class ExclusionDeskTest {
    @TempDir Path folder;
    private TestSite site;
    private Edge edge;

    @BeforeEach
    void begin() throws Exception {
        site = new TestSite(folder);
        edge = site.alone("a");
    }

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void a_list_says_what_is_known_with_the_nonce_of_the_ask() {
        edge.refuses(client(1), HOST, 3);
        edge.refuses(client(2), HOST, 1);
        confirm("10.0.0.2");

        var answer = list("", 0);

        assertThat(answer.getNonce()).isEqualTo(ByteString.copyFromUtf8("n"));
        assertThat(answer.getTruncated()).isFalse();
        assertThat(answer.getEntriesList())
                .extracting(
                        ExclusionEntry::getHost,
                        ExclusionEntry::getClient,
                        ExclusionEntry::getBasis,
                        ExclusionEntry::getKind,
                        ExclusionEntry::getRefusals,
                        ExclusionEntry::hasExpires,
                        ExclusionEntry::getConfirmedBy)
                .containsExactly(
                        tuple(HOST, "10.0.0.1", "learned", "alert", 3, true, ""),
                        tuple(HOST, "10.0.0.2", "confirmed", "alert", 1, false, TestSite.OPERATOR));
        assertThat(answer.getEntries(0).getExpires().getSeconds())
                .isEqualTo(site.now().plus(TestSite.PINNED.ttl()).getEpochSecond());
    }

    @Test
    void a_list_is_of_one_host_and_as_long_as_asked() {
        edge.refuses(client(1), HOST, 1);
        edge.refuses(client(1), "other.example", 1);

        assertThat(list("API.Bank.example.", 0).getEntriesList())
                .extracting(ExclusionEntry::getHost)
                .containsExactly(HOST);
        assertThat(list("", 1).getEntriesList()).hasSize(1);
        assertThat(list("", 1).getTruncated()).isTrue();
        assertThat(list("nowhere.example", 0).getEntriesList()).isEmpty();
        assertThat(list("*.bank.example", 0).getEffect())
                .isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_MALFORMED);
    }

    @Test
    void a_list_is_never_longer_than_a_message_may_be() {
        for (var host = 0; host < 8; host++) {
            for (var number = 1; number < 200; number++) {
                edge.refuses(client(number), "host-" + host + ".example", 1);
            }
        }
        var answer = list("", -1);
        assertThat(answer.getEntriesList()).hasSize(1000);
        assertThat(answer.getTruncated()).isTrue();
        assertThat(answer.getSerializedSize()).isLessThan(1 << 20);
    }

    @Test
    void what_nobody_has_refused_is_not_confirmed_and_cannot_be_forgotten() {
        assertThat(confirm("")).isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_UNKNOWN);
        assertThat(forget("")).isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_UNKNOWN);
        edge.refuses(client(1), HOST, 3);
        assertThat(confirm("10.0.0.2")).isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_UNKNOWN);
        assertThat(forget("10.0.0.2")).isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_UNKNOWN);
        assertThat(edge.of(client(2))).isEmpty();
    }

    @Test
    void what_is_forgotten_is_not_there_to_be_forgotten_again() {
        edge.refuses(client(1), HOST, 3);
        assertThat(forget("")).isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_DONE);
        assertThat(edge.of(client(1))).isEmpty();
        assertThat(forget("")).isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ann",
                "overt://hq/edge/b",
                "overt://hq/control/c",
                "overt://hq/operator/ann\nand more",
                "oidc:",
                "oidc:ann\nand more",
            })
    void a_word_of_nobody_who_may_speak_is_not_heard(String by) {
        edge.refuses(client(1), HOST, 3);
        assertThat(
                        rule(
                                ExclusionVerdict.newBuilder()
                                        .setHost(HOST)
                                        .setBy(by)
                                        .setWord(ExclusionWord.EXCLUSION_WORD_CONFIRM)))
                .isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_MALFORMED);
        assertThat(edge.list()).containsExactly(HOST + " 10.0.0.1 learned 3");
        assertThat(verdicts("confirm", "malformed")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"overt://hq/operator/ann", "overt://hq/security/sue", "oidc:8f3c-ann"})
    void people_speak_by_certificate_and_by_the_name_that_their_provider_gives_them(String by) {
        edge.refuses(client(1), HOST, 3);
        assertThat(
                        rule(
                                ExclusionVerdict.newBuilder()
                                        .setHost(HOST)
                                        .setBy(by)
                                        .setWord(ExclusionWord.EXCLUSION_WORD_CONFIRM)))
                .isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_DONE);
    }

    @ParameterizedTest
    @CsvSource({"*.example, ''", "'', ''", "api.bank.example, ann", "api.bank.example, 10.0.0.0/8"})
    void a_subject_that_cannot_be_is_malformed(String host, String of) {
        edge.refuses(client(1), HOST, 3);
        assertThat(
                        rule(
                                ExclusionVerdict.newBuilder()
                                        .setHost(host)
                                        .setClient(of)
                                        .setBy(TestSite.OPERATOR)
                                        .setWord(ExclusionWord.EXCLUSION_WORD_FORGET)))
                .isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_MALFORMED);
        assertThat(edge.of(client(1))).isPresent();
    }

    @Test
    void an_ask_for_nothing_and_a_word_that_is_none_are_malformed() {
        assertThat(edge.exclusions.desk().answer(ExclusionAsk.getDefaultInstance()).getEffect())
                .isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_MALFORMED);
        assertThat(
                        rule(
                                ExclusionVerdict.newBuilder()
                                        .setHost(HOST)
                                        .setBy(TestSite.OPERATOR)
                                        .setWordValue(77)))
                .isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_MALFORMED);
    }

    @Test
    void a_clock_of_the_control_plane_that_is_wrong_makes_no_verdict_that_none_can_follow() {
        edge.refuses(client(1), HOST, 3);
        var far = Timestamp.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(Integer.MAX_VALUE);
        rule(
                ExclusionVerdict.newBuilder()
                        .setHost(HOST)
                        .setBy(TestSite.OPERATOR)
                        .setAt(far)
                        .setWord(ExclusionWord.EXCLUSION_WORD_CONFIRM));
        assertThat(edge.of(client(9))).isPresent();

        site.pass(Duration.ofMinutes(2));
        assertThat(forget("")).isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_DONE);
        assertThat(edge.of(client(9))).isEmpty();
    }

    @Test
    void a_control_plane_whose_clock_is_behind_forgets_what_it_saw_all_the_same() {
        site.pass(Duration.ofHours(1));
        edge.refuses(client(1), HOST, 3);

        assertThat(
                        rule(
                                ExclusionVerdict.newBuilder()
                                        .setHost(HOST)
                                        .setBy(TestSite.OPERATOR)
                                        .setAt(
                                                NoteCodec.timestamp(
                                                        site.now().minus(Duration.ofMinutes(5))))
                                        .setWord(ExclusionWord.EXCLUSION_WORD_FORGET)))
                .isEqualTo(ExclusionEffect.EXCLUSION_EFFECT_DONE);

        assertThat(edge.of(client(1))).isEmpty();
    }

    @Test
    void every_word_is_counted_by_what_became_of_it() {
        assertThat(verdicts("confirm", "done") + verdicts("forget", "full")).isZero();
        edge.refuses(client(1), HOST, 3);
        confirm("");
        confirm("10.0.0.9");
        forget("");
        assertThat(verdicts("confirm", "done")).isEqualTo(1);
        assertThat(verdicts("confirm", "unknown")).isEqualTo(1);
        assertThat(verdicts("forget", "done")).isEqualTo(1);
    }

    private ExclusionEffect confirm(String client) {
        return edge.says(ExclusionWord.EXCLUSION_WORD_CONFIRM, client);
    }

    private ExclusionEffect forget(String client) {
        return edge.says(ExclusionWord.EXCLUSION_WORD_FORGET, client);
    }

    private ExclusionEffect rule(ExclusionVerdict.Builder verdict) {
        return edge.exclusions
                .desk()
                .answer(ExclusionAsk.newBuilder().setVerdict(verdict).build())
                .getEffect();
    }

    private ExclusionAnswer list(String host, int limit) {
        return edge.exclusions
                .desk()
                .answer(
                        ExclusionAsk.newBuilder()
                                .setNonce(ByteString.copyFromUtf8("n"))
                                .setList(ExclusionFilter.newBuilder().setHost(host).setLimit(limit))
                                .build());
    }

    private double verdicts(String word, String effect) {
        return edge.meters
                .get("overt.edge.exclusion.verdicts")
                .tags("word", word, "effect", effect)
                .counter()
                .count();
    }
}
