package io.overt.control.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Timestamp;
import io.overt.control.TestControlConfig;
import io.overt.control.TestControlPlane;
import io.overt.control.cli.ScriptedEdge.Manner;
import io.overt.control.store.TestStores;
import io.overt.proto.control.v1.ExclusionEffect;
import io.overt.proto.control.v1.ExclusionEntry;
import io.overt.proto.control.v1.ExclusionWord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code overtctl exclusions} against a whole control plane over mutual TLS; the edges say what the
 * test has them say. What real edges say is tested with the cluster.
 */
@ParameterizedClass
@EnumSource(TestStores.class)
class ExclusionsCommandTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final ExclusionEntry LEARNED =
            ExclusionEntry.newBuilder()
                    .setHost("api.bank.example")
                    .setClient("10.1.2.3")
                    .setBasis("learned")
                    .setKind("alert")
                    .setRefusals(3)
                    .setFirstSeen(at(NOON))
                    .setLastSeen(at(NOON.plusSeconds(9)))
                    .setExpires(at(NOON.plus(Duration.ofHours(12))))
                    .build();
    private static final ExclusionEntry CONFIRMED =
            LEARNED.toBuilder()
                    .clearClient()
                    .setBasis("confirmed")
                    .clearExpires()
                    .setConfirmedBy("overt://hq/operator/ann")
                    .build();

    @TempDir Path folder;
    private final TestStores kind;
    private TestControlPlane plane;
    private final List<ScriptedEdge> edges = new ArrayList<>();

    ExclusionsCommandTest(TestStores kind) {
        this.kind = kind;
    }

    @BeforeEach
    void startControlPlane() throws Exception {
        plane = new TestControlPlane(new TestControlConfig(folder, kind));
    }

    @AfterEach
    void stopAll() {
        edges.forEach(ScriptedEdge::close);
        plane.close();
    }

    @Test
    void a_list_is_a_table_for_people() throws Exception {
        edge("a", Manner.knowing(LEARNED, CONFIRMED));

        assertThat(overtctl("exclusions", "list").lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "0 SITE SCOPE HOST CLIENT KIND COUNT FIRST SEEN LAST SEEN EXPIRES STATE BY",
                        "hq host api.bank.example * alert 3 2026-11-22T12:00:00Z 2026-11-22T12:00:09Z"
                                + " never confirmed overt://hq/operator/ann",
                        "hq client api.bank.example 10.1.2.3 alert 3 2026-11-22T12:00:00Z"
                                + " 2026-11-22T12:00:09Z 2026-11-23T00:00:00Z learned -");
    }

    @Test
    void and_json_for_programs() throws Exception {
        edge("a", Manner.knowing(LEARNED));

        assertThat(overtctl("exclusions", "list", "-o", "json"))
                .isEqualTo(
                        "0 [{\"site\":\"hq\",\"scope\":\"client\",\"host\":\"api.bank.example\","
                                + "\"client\":\"10.1.2.3\",\"kind\":\"alert\",\"count\":3,"
                                + "\"first_seen\":\"2026-11-22T12:00:00Z\","
                                + "\"last_seen\":\"2026-11-22T12:00:09Z\","
                                + "\"expires\":\"2026-11-23T00:00:00Z\",\"state\":\"learned\","
                                + "\"confirmed_by\":\"\"}]\n");
    }

    @Test
    void edges_that_say_the_same_are_one_line_and_who_has_heard_more_counts() throws Exception {
        edge("a", Manner.knowing(LEARNED));
        edge("b", Manner.knowing(LEARNED.toBuilder().setBasis("evidence").setRefusals(2).build()));
        edge("c", Manner.knowing(LEARNED.toBuilder().setBasis("evidence").setRefusals(1).build()));

        assertThat(overtctl("exclusions", "list", "-o", "json"))
                .containsOnlyOnce("api.bank.example")
                .contains("\"state\":\"learned\"");
    }

    @Test
    void edges_that_do_not_answer_are_told_and_the_rest_is_listed() throws Exception {
        edge("a", Manner.knowing(LEARNED));
        edge("old", Manner.TOO_OLD);
        edge("silent", Manner.SILENT);
        edge("gone", Manner.knowing(CONFIRMED)).close();
        awaitConnected(3);

        assertThat(overtctl("exclusions", "list"))
                .startsWith("0 SITE")
                .contains("10.1.2.3", "overt://hq/edge/old: too old to know exclusions")
                .contains("overt://hq/edge/silent: did not answer in time")
                .contains("overt://hq/edge/gone: away, not asked")
                .doesNotContain("confirmed");
    }

    @Test
    void what_an_edge_says_is_not_believed_to_be_printable() throws Exception {
        edge(
                "mallory",
                Manner.knowing(
                        LEARNED.toBuilder()
                                .setHost("evil\u001b[2J\nhq")
                                .setRefusals(-1)
                                .setFirstSeen(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE))
                                .build()));

        var printed = overtctl("exclusions", "list");

        assertThat(printed).startsWith("0 SITE").contains("4294967295", " ? ").hasLineCount(2);
        assertThat(printed).doesNotContain("\u001b");
        assertThat(overtctl("exclusions", "list", "-o", "json")).contains("\"first_seen\":\"?\"");
    }

    @Test
    void a_word_reaches_every_edge_of_the_site_with_the_name_of_who_spoke_it() throws Exception {
        var a = edge("a", Manner.ruling(ExclusionEffect.EXCLUSION_EFFECT_UNKNOWN));
        var b = edge("b", Manner.ruling(ExclusionEffect.EXCLUSION_EFFECT_DONE));
        var before = Instant.now().minusSeconds(1);

        assertThat(overtctl("exclusions", "confirm", "hq", "app.example", "--client", "10.9.8.7"))
                .isEqualTo("0 done: app.example for 10.9.8.7 at hq\n");

        for (var edge : List.of(a, b)) {
            assertThat(edge.verdicts())
                    .singleElement()
                    .satisfies(
                            verdict -> {
                                assertThat(verdict.getHost()).isEqualTo("app.example");
                                assertThat(verdict.getClient()).isEqualTo("10.9.8.7");
                                assertThat(verdict.getWord())
                                        .isEqualTo(ExclusionWord.EXCLUSION_WORD_CONFIRM);
                                assertThat(verdict.getBy()).isEqualTo("overt://hq/operator/alice");
                                assertThat(verdict.getAt().getSeconds())
                                        .isBetween(
                                                before.getEpochSecond(),
                                                Instant.now().getEpochSecond());
                            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EXCLUSION_EFFECT_UNKNOWN, 5, unknown",
        "EXCLUSION_EFFECT_FULL, 5, full",
        "EXCLUSION_EFFECT_MALFORMED, 5, malformed",
        "EXCLUSION_EFFECT_UNSPECIFIED, 3, unanswered",
        "EXCLUSION_EFFECT_DONE, 0, done"
    })
    void scripts_can_tell_what_became_of_a_word(ExclusionEffect effect, int exit, String said)
            throws Exception {
        edge("a", Manner.ruling(effect));

        assertThat(overtctl("exclusions", "forget", "hq", "app.example", "-o", "json"))
                .isEqualTo(exit + " {\"effect\":\"" + said + "\"}\n");
    }

    @Test
    void a_site_of_which_no_edge_answers_is_an_error() throws Exception {
        edge("a", Manner.ruling(ExclusionEffect.EXCLUSION_EFFECT_DONE));

        assertThat(overtctl("exclusions", "forget", "elsewhere", "app.example"))
                .isEqualTo(
                        "3 app.example for every client at elsewhere: no edge of that site"
                                + " answered\n");
        assertThat(edges.getFirst().verdicts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exclusions list --host *.example | 3 | host: \"*.example\"",
                "exclusions confirm hq a/b | 3 | host: \"a/b\"",
                "exclusions forget hq app.example --client ann | 3 | client: \"ann\"",
                "exclusions list --limit 0 | 2 | --limit: 0 (expected: 1 to 1000)",
                "exclusions list --limit 1001 | 2 | --limit: 1001",
                "exclusions forget hq | 2 | HOST",
                "exclusions | 2 | Usage"
            })
    void what_cannot_be_meant_is_told_and_reaches_no_edge(String words, int exit, String said)
            throws Exception {
        edge("a", Manner.ruling(ExclusionEffect.EXCLUSION_EFFECT_DONE));

        assertThat(overtctl(words.split(" "))).startsWith(exit + " ").contains(said);
        assertThat(edges.getFirst().verdicts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge", "signer", "control", "security"})
    void nobody_but_an_operator_lists_or_rules(String role) throws Exception {
        edge("a", Manner.knowing(LEARNED));
        var mallory = "3 control plane: overt://hq/" + role + "/mallory";
        var refused = mallory + " (expected: a caller of role operator)\n";

        assertThat(plane.overtctl(role, "mallory", "exclusions", "list"))
                .isEqualTo(mallory + " (expected: a caller of any role)\n");
        assertThat(plane.overtctl(role, "mallory", "exclusions", "confirm", "hq", "app.example"))
                .isEqualTo(refused);
        assertThat(plane.overtctl(role, "mallory", "exclusions", "forget", "hq", "app.example"))
                .isEqualTo(refused);
        assertThat(edges.getFirst().verdicts()).isEmpty();
    }

    // ---- what the tests above are made of

    private ScriptedEdge edge(String name, Manner manner) throws Exception {
        var edge =
                ScriptedEdge.connect(
                        plane.running().rpcAddress(), plane.fleet().issue("edge", name), manner);
        edges.add(edge);
        var identity = "overt://hq/edge/" + name + "\",\"connected\":true";
        await().atMost(Duration.ofMinutes(1))
                .until(() -> overtctl("edges", "-o", "json").contains(identity));
        return edge;
    }

    private void awaitConnected(int wanted) {
        await().atMost(Duration.ofMinutes(1))
                .until(
                        () ->
                                overtctl("edges", "-o", "json")
                                                .split("\"connected\":true", -1)
                                                .length
                                        == wanted + 1);
    }

    private String overtctl(String... args) throws Exception {
        return plane.overtctl("operator", "alice", args);
    }

    private static Timestamp at(Instant instant) {
        return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
    }
}
