package io.overt.control.web;

import static io.overt.control.web.WebServerTest.files;
import static io.overt.control.web.WebServerTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every resource: keys, tags, pages, bounds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebConventionsTest {
    private WebControlPlane web;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        web = new WebControlPlane(folder, "max-body: 64KiB", "request-timeout: 2s");
    }

    @AfterAll
    void stop() {
        web.close();
    }

    @Test
    void a_repeated_act_gets_the_first_answer() throws Exception {
        var first = publish("repeated", Optional.of("key-1"));
        var again = publish("repeated", Optional.of("key-1"));

        assertThat(first.headers().firstValue("idempotency-replayed")).isEmpty();
        assertThat(again.headers().firstValue("idempotency-replayed")).contains("true");
        assertThat(again.body()).isEqualTo(first.body());
        // Without the key the same request is another act, with another answer.
        assertThat(json(publish("repeated", Optional.empty())).get("outcome").getAsString())
                .isEqualTo("PUBLISH_OUTCOME_UNCHANGED");
    }

    @Test
    void a_key_that_was_used_for_another_request_is_refused() throws Exception {
        assertThat(publish("one", Optional.of("key-2")).statusCode()).isEqualTo(200);

        var other = publish("other", Optional.of("key-2"));

        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(json(other).get("type").getAsString())
                .isEqualTo("/docs/#problem-idempotency-key-reused");
    }

    @Test
    void a_key_of_one_caller_says_nothing_to_another() throws Exception {
        assertThat(publish("mine", Optional.of("key-3")).statusCode()).isEqualTo(200);
        var other =
                web.client(
                        HttpClient.Version.HTTP_2,
                        Optional.of(
                                web.fleet
                                        .identity("operator", "ben")
                                        .keyStore(WebControlPlane.PASSWORD)));

        var theirs =
                other.send(publication("theirs", Optional.of("key-3")), BodyHandlers.ofString());

        assertThat(json(theirs).get("outcome").getAsString())
                .isEqualTo("PUBLISH_OUTCOME_PUBLISHED");
    }

    @Test
    void what_was_refused_may_be_tried_again_with_its_key() throws Exception {
        var request =
                HttpRequest.newBuilder(web.uri("/v1/sites/hq/exclusions:rule"))
                        .header("content-type", "application/json")
                        .header("idempotency-key", "key-4")
                        .POST(BodyPublishers.ofString("{\"host\":\"not a host\",\"word\":1}"))
                        .build();
        var client = web.client(HttpClient.Version.HTTP_2);

        for (int i = 0; i < 2; i++) {
            var answer = client.send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(
                            json(answer)
                                    .getAsJsonArray("errors")
                                    .get(0)
                                    .getAsJsonObject()
                                    .get("at")
                                    .getAsString())
                    .isEqualTo("host");
        }
    }

    @Test
    void of_twenty_at_once_with_one_key_one_is_done() throws Exception {
        var client = web.client(HttpClient.Version.HTTP_2);
        var before = versions();

        var answers =
                IntStream.range(0, 20)
                        .mapToObj(
                                _ ->
                                        client.sendAsync(
                                                publication("at-once", Optional.of("key-5")),
                                                BodyHandlers.ofString()))
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .toList();

        assertThat(answers).extracting(HttpResponse::statusCode).isSubsetOf(200, 409);
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() == 200)
                .isNotEmpty()
                .extracting(HttpResponse::body)
                .containsOnly(publish("at-once", Optional.of("key-5")).body());
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() == 409)
                .allSatisfy(
                        answer ->
                                assertThat(json(answer).get("type").getAsString())
                                        .isEqualTo("/docs/#problem-duplicate-under-way"));
        assertThat(versions()).isEqualTo(before + 1);
    }

    @Test
    void an_answer_that_is_known_is_not_sent_again() throws Exception {
        publish("tagged", Optional.empty());
        var first = web.get("/v1/policy/versions");
        var tag = first.headers().firstValue("etag").orElseThrow();
        var again =
                HttpRequest.newBuilder(web.uri("/v1/policy/versions"))
                        .header("if-none-match", tag)
                        .build();

        assertThat(tag).startsWith("\"" + json(first).get("newest").getAsString() + ".");
        var unchanged = web.client(HttpClient.Version.HTTP_2).send(again, BodyHandlers.ofString());
        assertThat(unchanged.statusCode()).isEqualTo(304);
        assertThat(unchanged.body()).isEmpty();
        publish("tagged-anew", Optional.empty());
        assertThat(
                        web.client(HttpClient.Version.HTTP_2)
                                .send(again, BodyHandlers.ofString())
                                .statusCode())
                .isEqualTo(200);
    }

    @Test
    void what_is_based_on_an_older_version_is_not_published() throws Exception {
        publish("base", Optional.empty());
        var tag = web.get("/v1/policy/versions").headers().firstValue("etag").orElseThrow();
        publish("meanwhile", Optional.empty());
        var newer = web.get("/v1/policy/versions").headers().firstValue("etag").orElseThrow();

        var stale = send(conditional("mine", tag));
        var fresh = send(conditional("mine", newer));
        var nonsense = send(conditional("mine", "W/\"abc\""));

        assertThat(stale.statusCode()).isEqualTo(412);
        assertThat(json(stale).get("type").getAsString())
                .isEqualTo("/docs/#problem-precondition-failed");
        assertThat(json(fresh).get("outcome").getAsString()).isEqualTo("PUBLISH_OUTCOME_PUBLISHED");
        assertThat(nonsense.statusCode()).isEqualTo(400);
    }

    @Test
    void what_is_done_to_a_rollout_is_done_to_the_one_that_was_read() throws Exception {
        var id = json(publish("acted-on", Optional.empty())).get("rollout").getAsString();
        assertThat(send(act(id, "pause", Optional.empty())).statusCode()).isEqualTo(200);
        var seen = web.get("/v1/rollouts/" + id);
        var tag = seen.headers().firstValue("etag").orElseThrow();
        var revision = json(seen).get("revision").getAsLong();
        assertThat(tag).startsWith("\"" + revision + ".");
        var again =
                HttpRequest.newBuilder(web.uri("/v1/rollouts/" + id))
                        .header("if-none-match", tag)
                        .build();
        assertThat(send(again).statusCode()).isEqualTo(304);

        // Somebody resumes and pauses it; it looks the same and is not.
        assertThat(send(act(id, "resume", Optional.of(tag))).statusCode()).isEqualTo(200);
        var paused = send(act(id, "pause", Optional.empty()));
        var stale = send(act(id, "abort", Optional.of(tag)));

        assertThat(stale.statusCode()).isEqualTo(412);
        assertThat(json(stale).get("type").getAsString())
                .isEqualTo("/docs/#problem-precondition-failed");
        var now = json(paused).get("revision").getAsLong();
        assertThat(json(stale).get("detail").getAsString())
                .contains("rollout %s is at revision %d: ".formatted(id, now))
                .contains("(expected: " + revision + ", which this is based on)");
        assertThat(json(web.get("/v1/rollouts/" + id)).get("phase").getAsString())
                .isEqualTo("ROLLOUT_PHASE_PAUSED");
        assertThat(send(again).statusCode()).isEqualTo(200);

        for (var nonsense : List.of("W/" + tag, "*", "\"abc\"", tag + ", " + tag)) {
            assertThat(send(act(id, "abort", Optional.of(nonsense))).statusCode())
                    .as(nonsense)
                    .isEqualTo(400);
        }
        // Of whichever is the newest, a revision says nothing.
        assertThat(send(act("0", "abort", Optional.of("\"" + now + "\""))).statusCode())
                .isEqualTo(400);
        assertThat(send(act(id, "abort", Optional.of("\"" + now + "\""))).statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_rollout_that_was_superseded_since_it_was_read_has_moved_on() throws Exception {
        var id = json(publish("superseded", Optional.empty())).get("rollout").getAsString();
        var tag = web.get("/v1/rollouts/" + id).headers().firstValue("etag").orElseThrow();
        publish("superseding", Optional.empty());

        var stale = send(act(id, "rollBack", Optional.of(tag)));
        var current = web.get("/v1/rollouts/" + id).headers().firstValue("etag").orElseThrow();
        var over = send(act(id, "rollBack", Optional.of(current)));

        assertThat(stale.statusCode()).isEqualTo(412);
        assertThat(over.statusCode()).isEqualTo(409);
        assertThat(json(over).get("detail").getAsString()).contains("is not the newest");
    }

    private HttpRequest act(String rollout, String verb, Optional<String> tag) {
        var headers =
                Stream.concat(
                        Stream.of("content-type", "application/json"),
                        tag.stream().flatMap(each -> Stream.of("if-match", each)));
        return HttpRequest.newBuilder(web.uri("/v1/rollouts/" + rollout + ":" + verb))
                .headers(headers.toArray(String[]::new))
                .POST(BodyPublishers.ofString("{}"))
                .build();
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return web.client(HttpClient.Version.HTTP_2).send(request, BodyHandlers.ofString());
    }

    private HttpRequest conditional(String name, String tag) {
        return HttpRequest.newBuilder(publication(name, Optional.empty()), (_, _) -> true)
                .header("if-match", tag)
                .build();
    }

    @Test
    void pages_stay_as_they_are_while_versions_are_published() throws Exception {
        for (int i = 0; i < 5; i++) {
            publish("page-" + i, Optional.empty());
        }
        var all = numbers("/v1/policy/versions?page_size=1000");
        var seen = new ArrayList<String>();
        var token = "";
        do {
            var page = web.get("/v1/policy/versions?page_size=2&page_token=" + token);
            json(page)
                    .getAsJsonArray("versions")
                    .forEach(each -> seen.add(each.getAsJsonObject().get("version").getAsString()));
            token = json(page).get("next_page_token").getAsString();
            publish("page-meanwhile-" + seen.size(), Optional.empty());
        } while (!token.isEmpty());

        assertThat(seen).isEqualTo(all);
    }

    @Test
    void a_token_of_another_list_is_refused() throws Exception {
        publish("token-1", Optional.empty());
        publish("token-2", Optional.empty());
        var token =
                json(web.get("/v1/policy/versions?page_size=1"))
                        .get("next_page_token")
                        .getAsString();

        for (var wrong : List.of(token, "%25%25", "AAAA")) {
            var answer = web.get("/v1/edges?page_token=" + wrong);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(
                            json(answer)
                                    .getAsJsonArray("errors")
                                    .get(0)
                                    .getAsJsonObject()
                                    .get("at")
                                    .getAsString())
                    .isEqualTo("page_token");
        }
    }

    @Test
    void a_body_that_is_too_large_is_refused() throws Exception {
        // By one byte, which is the last: a client that is stopped while it still sends hears of
        // nothing else.
        var large = "{\"x\":\"" + "y".repeat((64 << 10) + 1 - 8) + "\"}";

        for (var version : HttpClient.Version.values()) {
            var answer =
                    web.client(version)
                            .send(
                                    HttpRequest.newBuilder(web.uri("/v1/policy:check"))
                                            .header("content-type", "application/json")
                                            .POST(BodyPublishers.ofString(large))
                                            .build(),
                                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(json(answer).get("detail").getAsString())
                    .isEqualTo("expected: at most 65536 bytes");
        }
    }

    @Test
    void a_body_that_does_not_come_is_not_waited_for() throws Exception {
        var address = web.control.webAddress().orElseThrow();
        try (var socket =
                (SSLSocket)
                        web.tls(
                                        Optional.of(
                                                web.fleet
                                                        .identity("operator", "ann")
                                                        .keyStore(WebControlPlane.PASSWORD)))
                                .getSocketFactory()
                                .createSocket("localhost", address.getPort())) {
            write(
                    socket.getOutputStream(),
                    "POST /v1/policy:check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 100\r\n\r\n{\"files\":");

            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 408 ").contains("request-too-slow");
        }
    }

    @Test
    void a_head_that_is_too_large_is_refused() throws Exception {
        var answer =
                web.client(HttpClient.Version.HTTP_1_1)
                        .send(
                                HttpRequest.newBuilder(web.uri("/v1/edges"))
                                        .header("x-large", "y".repeat(20 << 10))
                                        .build(),
                                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(431);
    }

    @Test
    void every_answer_tells_browsers_to_be_strict() throws Exception {
        for (var path : List.of("/", "/v1/edges", "/v1/nothing", "/nothing")) {
            var headers = web.get(path).headers();
            assertThat(headers.firstValue("content-security-policy").orElseThrow())
                    .contains("default-src 'none'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(headers.firstValue("x-content-type-options")).contains("nosniff");
            assertThat(headers.firstValue("referrer-policy")).contains("no-referrer");
            assertThat(headers.firstValue("server")).isEmpty();
        }
    }

    @Test
    void no_file_outside_of_the_console_is_served() throws Exception {
        for (var path :
                List.of(
                        "/../WebServer.class",
                        "/%2e%2e/WebServer.class",
                        "/..%2fWebServer.class",
                        "/.hidden.html",
                        "/x/../../package-info.class")) {
            assertThat(
                            web.curl(
                                    "--path-as-is",
                                    "-o",
                                    "/dev/null",
                                    "-w",
                                    "%{http_code}",
                                    web.uri("/") + path.substring(1)))
                    .isIn("400", "404");
        }
    }

    private static void write(OutputStream stream, String text) throws Exception {
        stream.write(text.getBytes(StandardCharsets.US_ASCII));
        stream.flush();
    }

    private long versions() throws Exception {
        return numbers("/v1/policy/versions?page_size=1000").size();
    }

    private List<String> numbers(String path) throws Exception {
        var numbers = new ArrayList<String>();
        json(web.get(path))
                .getAsJsonArray("versions")
                .forEach(each -> numbers.add(each.getAsJsonObject().get("version").getAsString()));
        return numbers;
    }

    private HttpResponse<String> publish(String name, Optional<String> key) throws Exception {
        return web.client(HttpClient.Version.HTTP_2)
                .send(publication(name, key), BodyHandlers.ofString());
    }

    private HttpRequest publication(String name, Optional<String> key) {
        var headers =
                Stream.concat(
                        Stream.of("content-type", "application/json"),
                        key.stream().flatMap(each -> Stream.of("idempotency-key", each)));
        return HttpRequest.newBuilder(web.uri("/v1/policy/versions"))
                .headers(headers.toArray(String[]::new))
                .POST(BodyPublishers.ofString(files(WebServerTest.policy(name))))
                .build();
    }
}
