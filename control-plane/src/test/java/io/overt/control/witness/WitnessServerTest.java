package io.overt.control.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.store.Database;
import io.overt.control.store.EachStore;
import io.overt.control.store.WitnessStore;
import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.Cosignature;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.SignedNote;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A witness as it runs, and what others get of it: C2SP tlog-witness, status by status. */
class WitnessServerTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GrownLog log = new GrownLog("log.example/a").append("entry", 5);
    private WitnessKey key;
    private LogServer logServer;
    private Witness witness;
    private WitnessServer server;

    @BeforeEach
    void start(Database database) throws Exception {
        key = WitnessKey.create(folder.resolve("w.key"), "witness.example/w");
        logServer = new LogServer(log);
        WitnessSettings settings =
                new WitnessSettings(
                        ANY,
                        folder.resolve("w.key"),
                        Duration.ofMillis(50),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(3),
                        List.of());
        witness =
                Witness.start(
                        settings,
                        List.of(new WatchedLog(log.key(), logServer.url())),
                        key,
                        new WitnessStore(database),
                        Clock.systemUTC(),
                        registry);
        server = WitnessServer.start(ANY, witness);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        witness.close();
        logServer.close();
        http.close();
    }

    @EachStore
    void an_auditor_finds_the_log_and_its_cosigned_head_which_follows_the_log() throws Exception {
        awaitState("consistent");
        String line = get("/witness").body();
        assertThat(line).endsWith(" log.example/a\n");
        String path = "/witness/" + line.substring(0, 64) + "/checkpoint";
        assertThat(head(path)).isEqualTo(5);
        log.append("more", 300);
        await().until(() -> head(path) == 305);
        // Served first, counted then.
        await().until(() -> registry.get("overt.witness.log.size").gauge().value() == 305);
        assertThat(registry.get("overt.witness.log.cosigned").gauge().value()).isPositive();
        assertThat(get("/witness/" + "0".repeat(64) + "/checkpoint").statusCode()).isEqualTo(404);
        assertThat(get("/").statusCode()).isEqualTo(404);
    }

    private long head(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        SignedNote note = SignedNote.parse(answer.body().getBytes(StandardCharsets.UTF_8));
        assertThat(note.verified(List.of(log.key(), key.verifier()))).hasSize(2);
        return Checkpoint.verified(note, log.key()).head().size();
    }

    @EachStore
    void a_fork_is_counted_and_stays() throws Exception {
        awaitState("consistent");
        logServer.behave(LogServer.serving(log.twin().append("other", 9).files()));
        awaitState("forked");
        logServer.behave(LogServer.serving(log.files()));
        double looks = looks("forked");
        await().until(() -> looks("forked") > looks + 1);
        awaitState("forked");
        assertThat(looks("malformed")).isZero();
        assertThat(post(request(5, List.of(), log.note())).statusCode()).isEqualTo(403);
    }

    private void awaitState(String expected) {
        await().untilAsserted(
                        () -> {
                            for (LogState each : LogState.values()) {
                                assertThat(
                                                registry.get("overt.witness.log.state")
                                                        .tag("log", "log.example/a")
                                                        .tag("state", each.text())
                                                        .gauge()
                                                        .value())
                                        .as(each.text())
                                        .isEqualTo(each.text().equals(expected) ? 1 : 0);
                            }
                        });
    }

    private double looks(String result) {
        return registry.get("overt.witness.looks").tag("result", result).counter().count();
    }

    @EachStore
    void a_log_that_hands_in_its_head_is_answered_as_the_specification_says() throws Exception {
        awaitState("consistent");
        logServer.behave(LogServer.status(503)); // from now on by submission alone
        awaitState("unreachable");
        SignedNote old = log.note();
        log.append("more", 300);
        List<MerkleHash> proof = log.consistency(5);

        HttpResponse<String> other = post(request(0, List.of(), log.note()));
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(other.body()).isEqualTo("5\n");
        assertThat(other.headers().firstValue("Content-Type")).hasValue("text/x.tlog.size");
        assertThat(post(request(5, List.of(), log.note())).statusCode()).isEqualTo(422);
        assertThat(post(request(5, log.consistency(6), log.note())).statusCode()).isEqualTo(422);
        assertThat(post(request(306, proof, log.note())).statusCode()).isEqualTo(400);
        assertThat(post("old 05\n\nx\n").statusCode()).isEqualTo(400);
        assertThat(post("").statusCode()).isEqualTo(400);
        assertThat(post("old 5\n".repeat(20_000)).statusCode()).isEqualTo(413);
        assertThat(
                        post(request(0, List.of(), new GrownLog("nobody/s").append("e", 1).note()))
                                .statusCode())
                .isEqualTo(404);
        assertThat(
                        post(request(
                                        5,
                                        List.of(),
                                        new GrownLog("log.example/a").append("entry", 5).note()))
                                .statusCode())
                .isEqualTo(403);

        HttpResponse<String> good = post(request(5, proof, log.note()));
        assertThat(good.statusCode()).isEqualTo(200);
        SignedNote cosigned =
                SignedNote.parse(
                        (new String(log.note().encoded(), StandardCharsets.UTF_8) + good.body())
                                .getBytes(StandardCharsets.UTF_8));
        assertThat(Cosignature.time(cosigned, key.verifier()).getEpochSecond()).isPositive();

        assertThat(post(request(5, proof, log.note())).body()).isEqualTo("305\n");
        assertThat(post(request(305, List.of(), log.note())).statusCode())
                .as("the same again: another time, the same head")
                .isEqualTo(200);
        assertThat(post(request(5, List.of(), old)).statusCode()).isEqualTo(409);
        SignedNote fork = log.twin().append("other", 305).note();
        assertThat(post(request(305, List.of(), fork)).statusCode()).isEqualTo(409);
        awaitState("forked");
        assertThat(
                        http.send(to("/add-checkpoint").DELETE().build(), BodyHandlers.ofString())
                                .statusCode())
                .isEqualTo(405);
    }

    private static String request(long old, List<MerkleHash> proof, SignedNote note) {
        StringBuilder body = new StringBuilder("old " + old + "\n");
        proof.forEach(hash -> body.append(hash.base64()).append('\n'));
        return body.append('\n')
                .append(new String(note.encoded(), StandardCharsets.UTF_8))
                .toString();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(to(path).GET().build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String body) throws Exception {
        return http.send(
                to("/add-checkpoint").POST(BodyPublishers.ofString(body)).build(),
                BodyHandlers.ofString());
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.address().getPort() + path));
    }
}
