package io.overt.control.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.overt.proto.control.v1.ListEdgesRequest;
import io.overt.proto.control.v1.PolicyAdminGrpc;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The listener and its conversations, as curl and Java's own client have them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebServerTest {
    private WebControlPlane web;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        web = new WebControlPlane(folder);
    }

    @AfterAll
    void stop() {
        web.close();
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void a_policy_is_checked_published_and_listed(HttpClient.Version version) throws Exception {
        var client = web.client(version);

        var checked = post(client, "/v1/policy:check", files(policy("corporate")));
        var published = post(client, "/v1/policy/versions", files(policy("corporate")));
        var listed =
                client.send(
                        HttpRequest.newBuilder(web.uri("/v1/policy/versions?limit=1")).build(),
                        BodyHandlers.ofString());

        assertThat(checked.version()).isEqualTo(version);
        assertThat(checked.body()).isEqualTo("{\"problems\":[],\"warnings\":[]}");
        assertThat(json(published).get("outcome").getAsString())
                .isIn("PUBLISH_OUTCOME_PUBLISHED", "PUBLISH_OUTCOME_UNCHANGED");
        var newest = json(listed).getAsJsonArray("versions").get(0).getAsJsonObject();
        assertThat(newest.get("version").getAsString()).isEqualTo("1");
        assertThat(newest.get("publisher").getAsString()).isEqualTo("overt://hq/operator/ann");
    }

    @Test
    void a_policy_with_problems_is_an_answer() throws Exception {
        var answer = web.post("/v1/policy/versions", files("policy: x\nrules: []\n"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).get("outcome").getAsString()).isEqualTo("PUBLISH_OUTCOME_REJECTED");
        assertThat(json(answer).getAsJsonArray("problems")).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({"--http1.1,1.1", "--http2,2"})
    void curl_sees_edges_and_exclusions(String option, String version) throws Exception {
        var end = "\n%{http_code} %{http_version} %{content_type}";

        assertThat(web.curl(option, "-w", end, web.uri("/v1/edges").toString()))
                .isEqualTo(
                        "{\"edges\":[],\"next_page_token\":\"\"}\n200 "
                                + version
                                + " application/json");
        assertThat(web.curl(option, web.uri("/v1/exclusions?host=a.example").toString()))
                .isEqualTo(
                        "{\"exclusions\":[],\"edges\":[],\"truncated\":false,\"next_page_token\":\"\"}");
        assertThat(
                        web.curl(
                                option,
                                "--json",
                                "{\"host\":\"a.example\",\"word\":\"EXCLUSION_WORD_FORGET\"}",
                                web.uri("/v1/sites/hq/exclusions:rule").toString()))
                .isEqualTo("{\"effect\":\"EXCLUSION_EFFECT_UNSPECIFIED\",\"edges\":[]}");
    }

    @Test
    void grpc_is_served_beside_it() throws Exception {
        var tls =
                GrpcSslContexts.forClient()
                        .trustManager(web.operator.trustAnchors().toFile())
                        .keyManager(
                                web.operator.certificateChain().toFile(),
                                web.operator.privateKey().toFile())
                        .build();
        var channel =
                NettyChannelBuilder.forAddress("localhost", web.uri("/").getPort())
                        .sslContext(tls)
                        .build();
        try {
            var answer =
                    PolicyAdminGrpc.newBlockingStub(channel)
                            .listEdges(ListEdgesRequest.getDefaultInstance());

            assertThat(answer.getEdgesList()).isEmpty();
        } finally {
            channel.shutdownNow();
            channel.awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoever_has_no_certificate_is_refused() throws Exception {
        var answer =
                web.stranger()
                        .send(
                                HttpRequest.newBuilder(web.uri("/v1/edges")).build(),
                                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate")).contains("Bearer");
        assertThat(json(answer).get("type").getAsString())
                .isEqualTo("/docs/#problem-not-signed-in");
        assertThat(json(answer).get("request_id").getAsString())
                .isEqualTo(answer.headers().firstValue("x-request-id").orElseThrow());
    }

    @Test
    void an_edge_is_refused() throws Exception {
        var edge = Optional.of(fleetIdentity("edge"));

        var answer =
                web.client(HttpClient.Version.HTTP_2, edge)
                        .send(
                                HttpRequest.newBuilder(web.uri("/v1/edges")).build(),
                                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(json(answer).get("detail").getAsString())
                .isEqualTo("overt://hq/edge/bob (expected: a caller of any role)");
    }

    @Test
    void what_is_wrong_with_a_body_is_told_with_its_places() throws Exception {
        var answer =
                web.post(
                        "/v1/policy:check",
                        "{\"files\": [{\"path\": 3, \"content\": \"%%\", \"mode\": 1}], \"x\": {}}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("content-type"))
                .contains("application/problem+json");
        assertThat(json(answer).getAsJsonArray("errors"))
                .extracting(each -> each.getAsJsonObject().get("at").getAsString())
                .containsExactly("#/files/0/content", "#/files/0/mode", "#/x");
    }

    @Test
    void what_is_no_json_is_told_with_its_position() throws Exception {
        var answer = web.post("/v1/policy:check", "{\"files\": [\n  {\"path\" \"a\"}]}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).get("detail").getAsString())
                .isEqualTo("line 2 column 12: no JSON after #/files/0/path");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/v1/nothing,404,not-found",
        "DELETE,/v1/edges,405,method-not-allowed",
        "GET,/v1/edges?colour=red,400,malformed-request",
        "GET,/v1/exclusions?limit=many,400,malformed-request",
        "GET,/v1/exclusions?host=a.b&host=c.d,400,malformed-request",
        "POST,/v1/policy:check,415,unsupported-media-type",
        "GET,/nothing,404,not-found",
    })
    void each_mistake_has_its_problem(String method, String path, int status, String slug)
            throws Exception {
        var answer =
                web.client(HttpClient.Version.HTTP_1_1)
                        .send(
                                HttpRequest.newBuilder(web.uri(path))
                                        .method(method, BodyPublishers.noBody())
                                        .build(),
                                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).get("type").getAsString()).isEqualTo("/docs/#problem-" + slug);
        assertThat(json(answer).get("status").getAsInt()).isEqualTo(status);
    }

    private java.security.KeyStore fleetIdentity(String role) {
        return web.fleet.identity(role, "bob").keyStore(WebControlPlane.PASSWORD);
    }

    private HttpResponse<String> post(HttpClient client, String path, String json)
            throws Exception {
        return client.send(
                HttpRequest.newBuilder(web.uri(path))
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(json))
                        .build(),
                BodyHandlers.ofString());
    }

    static String policy(String name) {
        return """
        policy: %s
        rules:
          - name: default
            then: inspect
            on: {untrusted: splice, client-cert: splice, unreachable: block, signer-away: splice}
        """
                .formatted(name);
    }

    static String files(String policy) {
        return "{\"files\":[{\"path\":\"policy.yaml\",\"content\":\""
                + Base64.getEncoder().encodeToString(policy.getBytes(UTF_8))
                + "\"}]}";
    }

    static JsonObject json(HttpResponse<String> answer) {
        return JsonParser.parseString(answer.body()).getAsJsonObject();
    }
}
