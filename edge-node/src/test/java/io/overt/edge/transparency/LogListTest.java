package io.overt.edge.transparency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.TestLog;
import io.overt.x509.transparency.KnownLogs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

// checklist 20
class LogListTest {
    private static final Instant MADE = Instant.parse("2026-11-20T12:55:12Z");
    private static final TestLog ONE = TestLog.create("one", "Operator A");
    private static final TestLog TWO = TestLog.create("two", "Operator B", KeySpec.RSA_2048);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration OFTEN = Duration.ofMillis(20);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void logs_of_both_kinds_are_read() throws Exception {
        var known =
                parse(
                        list(
                                operator("A", "logs", ONE.json("usable", MADE))
                                        + ","
                                        + operator("B", "tiled_logs", TWO.json("usable", MADE))));

        assertThat(known.size()).isEqualTo(2);
        assertThat(known.listedAt()).isEqualTo(MADE);
    }

    /** What the public list has and we do not need. */
    @Test
    void members_that_are_not_known_are_passed_over() throws Exception {
        var json =
                """
                {"version":"91.3","is_all_logs":false,"log_list_timestamp":"%s","operators":[
                 {"name":"A","email":["a@example"],"logs":[%s],"tiled_logs":[],"new":{"x":[1,2]}},
                 {"name":"Empty","email":[],"logs":[]}]}
                """
                        .formatted(MADE, ONE.json("usable", MADE));

        assertThat(parse(json).size()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "no JSON | {\"operators\":[ | not a log list",
                "lenient JSON | {operators:[]} | not a log list",
                "a list | [] | not a log list",
                "nothing | {} | operators: missing",
                "no logs | {\"log_list_timestamp\":\"2026-11-20T12:55:12Z\",\"operators\":[]} | no logs",
                "an operator without a name | {\"operators\":[{\"logs\":[]}]} | name: missing",
                "an operator without a list | {\"operators\":[{\"name\":\"A\",\"logs\":{}}]} | not a log list",
                "an operator that is none | {\"operators\":[7]} | not a log list",
            })
    void is_refused(String what, String json, String message) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(LogListException.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_log_that_cannot_be_read_refuses_the_list_and_is_named() {
        var good = ONE.json("usable", MADE);
        var otherId = TWO.json("usable", MADE).replaceAll(".*\"log_id\":\"([^\"]*)\".*", "$1");
        assertThatThrownBy(
                        () -> parse(one(good.replaceAll("\"key\":\"[^\"]*\"", "\"key\":\"AAAA\""))))
                .hasMessageContaining("log one: ");
        assertThatThrownBy(() -> parse(one(good.replaceAll("\"key\":\"[^\"]*\",", ""))))
                .hasMessageContaining("key: missing");
        assertThatThrownBy(
                        () ->
                                parse(
                                        one(
                                                good.replaceAll(
                                                        "\"log_id\":\"[^\"]*\"",
                                                        "\"log_id\":\"" + otherId + "\""))))
                .hasMessageContaining("log one: log_id is not that of its key");
        assertThatThrownBy(() -> parse(one(good).replace(MADE.toString(), "yesterday")))
                .hasMessageContaining("log_list_timestamp: yesterday (expected: as 2026-");
        assertThatThrownBy(() -> parse(one(good.replace("\"mmd\"", "\"temporal_interval\""))))
                .hasMessageContaining("not a log list");
        assertThatThrownBy(() -> parse(one(good) + "{}")).hasMessageContaining("not a log list");
        assertThatThrownBy(
                        () ->
                                parse(
                                        one(
                                                TestLog.create("weak", "A", KeySpec.EC_P384)
                                                        .json("usable", MADE))))
                .hasMessageContaining("EC P-256");
    }

    /** Whoever damages a list gets a refusal, and never another exception. */
    @Test
    void damaged_lists_are_refused_or_read() throws Exception {
        var seed = 20_261_122L;
        var random = new Random(seed);
        var good = one(ONE.json("retired", MADE)).getBytes(StandardCharsets.UTF_8);
        var refused = 0;
        for (int i = 0; i < 3000; i++) {
            var mutant = good.clone();
            for (int n = random.nextInt(3); n >= 0; n--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(LogListJson.parse(mutant).size()).isPositive();
            } catch (LogListException _) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + i, e);
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void lists_are_bounded() {
        var deep = "[".repeat(100_000);
        assertThatThrownBy(() -> LogListJson.parse(new byte[LogListJson.MAX_BYTES + 1]))
                .hasMessageContaining("expected: at most");
        assertThatThrownBy(() -> parse("{\"operators\":" + deep))
                .isInstanceOf(LogListException.class);
    }

    @Test
    void a_list_that_changes_comes_into_force_and_one_that_is_broken_does_not(
            @TempDir Path directory) throws Exception {
        var file = directory.resolve("log_list.json");
        Files.writeString(file, one(ONE.json("usable", MADE)));
        try (var list = LogListFile.open(file, OFTEN, meters)) {
            assertThat(list.get().orElseThrow().size()).isEqualTo(1);

            Files.writeString(
                    file,
                    list(
                            operator(
                                    "A",
                                    "logs",
                                    ONE.json("usable", MADE) + "," + TWO.json("usable", MADE))));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(list.get().orElseThrow().size()).isEqualTo(2));
            assertThat(reloads("taken")).isEqualTo(1);

            Files.writeString(file, "broken");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(reloads("refused")).isPositive());
            assertThat(list.get().orElseThrow().size()).isEqualTo(2);
            assertThat(meters.get("overt.edge.transparency.logs").gauge().value()).isEqualTo(2);
            assertThat(meters.get("overt.edge.transparency.list.made").gauge().value())
                    .isEqualTo((double) MADE.getEpochSecond());
        }
    }

    private double reloads(String result) {
        return meters.get("overt.edge.transparency.list.reloads")
                .tag("result", result)
                .counter()
                .count();
    }

    private static KnownLogs parse(String json) throws LogListException {
        return LogListJson.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String one(String log) {
        return list(operator("A", "logs", log));
    }

    private static String operator(String name, String kind, String logs) {
        return "{\"name\":\"%s\",\"email\":[],\"%s\":[%s]}".formatted(name, kind, logs);
    }

    private static String list(String operators) {
        return "{\"version\":\"1.0\",\"log_list_timestamp\":\"%s\",\"operators\":[%s]}"
                .formatted(MADE, operators);
    }
}
