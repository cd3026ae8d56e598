package io.overt.control.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.overt.control.TestControlConfig;
import io.overt.control.TestControlPlane;
import io.overt.control.witness.GrownLog;
import io.overt.control.witness.LogServer;
import io.overt.control.witness.WitnessKey;
import io.overt.proto.log.v1.Act;
import io.overt.proto.log.v1.Entry;
import io.overt.proto.log.v1.Heartbeat;
import io.overt.proto.log.v1.Intent;
import io.overt.proto.log.v1.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code overtctl log} against a whole control plane that witnesses two logs over HTTP. */
class LogCommandTest {
    private static final String ID = "c0ffee";
    private static final String ISSUER = "ab".repeat(32);

    @TempDir Path folder;
    private LogServer first;
    private LogServer second;
    private TestControlPlane plane;

    @BeforeEach
    void start() throws Exception {
        var one =
                new GrownLog("signer-1.example/log")
                        .append(
                                List.of(
                                        intent("overt://hq/edge/a", ID),
                                        result(0, ID),
                                        intent("overt://hq/edge/b", "beef"),
                                        entry(
                                                1003,
                                                Entry.newBuilder()
                                                        .setAct(
                                                                Act.newBuilder()
                                                                        .setNumber(1)
                                                                        .setKind("revoke")
                                                                        .addApprovers("alice")
                                                                        .addApprovers(
                                                                                "bob\u001b[2J")))));
        var heartbeats = new ArrayList<byte[]>();
        heartbeats.add(intent("overt://hq/edge/a", "feed"));
        for (int i = 1; i < 3000; i++) {
            heartbeats.add(
                    entry(
                            1000 + i,
                            Entry.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance())));
        }
        var two = new GrownLog("signer-2.example/log").append(heartbeats);
        first = new LogServer(one);
        second = new LogServer(two);
        WitnessKey.create(folder.resolve("witness.key"), "control.example/witness");
        plane =
                new TestControlPlane(
                        new TestControlConfig(folder)
                                .with(
                                        """
                                        witness:
                                          listen: 127.0.0.1:0
                                          key: witness.key
                                          interval: 100ms
                                          stale-after: 10m
                                          logs:
                                            - {url: "%s", key: "%s"}
                                            - {url: "%s", key: "%s"}
                                        """
                                                .formatted(
                                                        first.url(),
                                                        one.key().vkey(),
                                                        second.url(),
                                                        two.key().vkey())));
        await().until(() -> overtctl("log", "list").startsWith("0 "));
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        first.close();
        second.close();
    }

    @Test
    void logs_are_listed_with_how_they_stand() throws Exception {
        assertThat(overtctl("log", "list").lines().map(LogCommandTest::words))
                .satisfiesExactly(
                        head ->
                                assertThat(head)
                                        .isEqualTo("0 LOG HASH STATE ENTRIES GROWN COSIGNED"),
                        one ->
                                assertThat(one)
                                        .matches(
                                                "signer-1.example/log [0-9a-f]{12} consistent 4 20\\S+Z 20\\S+Z"),
                        two ->
                                assertThat(two)
                                        .matches(
                                                "signer-2.example/log [0-9a-f]{12} consistent 3000 20\\S+Z 20\\S+Z"));
        assertThat(overtctl("log", "list", "-o", "json"))
                .contains("\"origin\":\"signer-2.example/log\"", "\"size\":3000", "checkpoint");
    }

    @Test
    void one_that_is_not_consistent_has_its_reason_and_an_exit_code() throws Exception {
        second.close();
        await().untilAsserted(
                        () ->
                                assertThat(overtctl("log", "list"))
                                        .startsWith("11 LOG")
                                        .contains(" unreachable ", "\nsigner-2.example/log: "));
        assertThat(overtctl("log", "search", "--log", "signer-1.example/log", ID))
                .as("the other is read all the same")
                .startsWith("0 ");
    }

    @Test
    void a_certificate_is_found_by_its_id_with_who_asked_and_what_became_of_it() throws Exception {
        assertThat(overtctl("log", "search", "COFFEE".replace('O', '0')).lines())
                .map(LogCommandTest::words)
                .containsExactly(
                        "0 LOG ENTRY TIME KIND REQUESTER CERTIFICATE ID INTENT SAYS",
                        "signer-1.example/log 1 1970-01-01T00:16:40Z result - c0ffee 0 -",
                        "signer-1.example/log 0 1970-01-01T00:16:40Z intent overt://hq/edge/a c0ffee - -");
    }

    @Test
    void an_edge_is_found_in_every_log_far_behind_other_entries() throws Exception {
        assertThat(overtctl("log", "search", "edge/a", "-o", "json"))
                .isEqualTo(
                        "0 [{\"log\":\"signer-1.example/log\",\"index\":0,\"at\":\"1970-01-01T00:16:40Z\","
                                + "\"kind\":\"intent\",\"requester\":\"overt://hq/edge/a\","
                                + "\"certificate_id\":\"c0ffee\",\"issuer_sha256\":\""
                                + ISSUER
                                + "\",\"words\":\"\"},"
                                + "{\"log\":\"signer-2.example/log\",\"index\":0,\"at\":\"1970-01-01T00:16:40Z\","
                                + "\"kind\":\"intent\",\"requester\":\"overt://hq/edge/a\","
                                + "\"certificate_id\":\"feed\",\"issuer_sha256\":\""
                                + ISSUER
                                + "\",\"words\":\"\"}]\n");
    }

    @Test
    void a_search_that_looks_no_further_says_where_to_go_on() throws Exception {
        var hash = hashOf("signer-2.example/log");
        var brief =
                overtctl("log", "search", "--log", hash, "--kind", "intent", "--look-at", "2000");
        assertThat(brief)
                .startsWith("10 ")
                .containsPattern(
                        "signer-2.example/log: looked at \\d+ entries; --from \\d+ goes on");
        var from = brief.replaceAll("(?s).*--from (\\d+) .*", "$1");
        assertThat(overtctl("log", "search", "--log", hash, "--kind", "intent", "--from", from))
                .startsWith("0 ")
                .contains("overt://hq/edge/a");
    }

    @Test
    void a_limit_and_a_beginning_hold() throws Exception {
        assertThat(
                        overtctl(
                                        "log",
                                        "search",
                                        "--log",
                                        "signer-2.example/log",
                                        "--from",
                                        "1999",
                                        "--limit",
                                        "300",
                                        "-o",
                                        "json")
                                .split("\"index\":", -1))
                .hasSize(301)
                .satisfies(each -> assertThat(each[1]).startsWith("1999,"))
                .satisfies(each -> assertThat(each[300]).startsWith("1700,"));
    }

    @Test
    void what_entries_say_is_for_terminals_to_show_and_not_to_obey() throws Exception {
        assertThat(overtctl("log", "search", "--kind", "act"))
                .contains("act 1, revoke, approved by alice, bob?[2J")
                .doesNotContain("\u001b");
    }

    @Test
    void a_host_name_is_not_found_and_where_it_would_be_is_told() throws Exception {
        assertThat(overtctl("log", "search", "www.bank.example"))
                .startsWith("10 LOG")
                .contains("host names are sealed, and `overt-signer log search` finds them");
        assertThat(overtctl("log", "search", "www.bank.example", "-o", "json")).startsWith("10 []");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --kind certificate | --kind: certificate (expected: reading-key, issuer, intent, result, withheld, crl, act, ceremony, heartbeat, unknown)
                    --log signer-3     | --log: signer-3 (expected: one of signer-1.example/log, signer-2.example/log)
                    --log=             | --log:  (expected: one of signer-1.example/log, signer-2.example/log)
                    --from -1          | --from: -1 (expected: 0 or more)
                    --limit 0          | --limit: 0 (expected: 1 or more)
                    --look-at 0        | --look-at: 0 (expected: 1 or more)
                    """)
    void a_wrong_option_is_named_with_what_was_expected(String options, String said)
            throws Exception {
        var words = new ArrayList<>(List.of("log", "search"));
        words.addAll(List.of(options.split(" ")));
        assertThat(overtctl(words.toArray(String[]::new))).startsWith("2 " + said + "\n");
    }

    private String overtctl(String... args) throws Exception {
        return plane.overtctl("operator", "ann", args);
    }

    private String hashOf(String origin) throws Exception {
        var list = overtctl("log", "list", "-o", "json");
        return list.replaceAll(
                "(?s).*\"log\":\"([0-9a-f]{12})[0-9a-f]{52}\",\"origin\":\"" + origin + "\".*",
                "$1");
    }

    private static byte[] intent(String requester, String id) {
        return entry(
                1000,
                Entry.newBuilder()
                        .setIntent(
                                Intent.newBuilder()
                                        .setRequester(requester)
                                        .setCertificateId(ByteString.fromHex(id))
                                        .setIssuerSha256(ByteString.fromHex(ISSUER))));
    }

    private static byte[] result(long intent, String id) {
        return entry(
                1000,
                Entry.newBuilder()
                        .setResult(
                                Result.newBuilder()
                                        .setIntent(intent)
                                        .setCertificateId(ByteString.fromHex(id))));
    }

    private static byte[] entry(long second, Entry.Builder entry) {
        return entry.setAt(Timestamp.newBuilder().setSeconds(second)).build().toByteArray();
    }

    private static String words(String line) {
        return line.replaceAll(" +", " ");
    }
}
