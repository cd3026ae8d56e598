package io.overt.control.web;

import static io.overt.control.web.WebServerTest.files;
import static io.overt.control.web.WebServerTest.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page for those who are inspected, as a stranger without a certificate sees it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NoticeTest {
    private static final String POLICY =
            """
            policy: corporate
            rules:
              - name: staff-health
                when: { host: ["*.hospital.example", clinic.example] }
                then: splice
                because: "Health services are never inspected."
              - name: others-only
                when: { host: secret.example, client: 10.9.9.9 }
                then: block
                because: "Only for the client 10.9.9.9."
              - name: malware
                when: { host: bad.example }
                then: block
                because: "Known for <malware>."
              - name: by-listener
                when: { host: depends.example, listener: guests }
                then: splice
              - name: default
                then: inspect
                on: {untrusted: splice, client-cert: splice, unreachable: block, signer-away: splice}
            """;

    private WebControlPlane web;
    private HttpClient stranger;
    private int strangers = 1;

    /** Each test asks from an address of its own: allowances are by address. */
    @BeforeEach
    void another() throws Exception {
        strangers++;
        stranger = web.strangerAt("127.0.0." + strangers);
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        web = new WebControlPlane(folder);
        assertThat(
                        json(web.post("/v1/policy/versions", files(POLICY)))
                                .get("outcome")
                                .getAsString())
                .isEqualTo("PUBLISH_OUTCOME_PUBLISHED");
    }

    @AfterAll
    void stop() {
        web.close();
    }

    @Test
    void it_says_what_is_inspected_why_and_by_which_certificate() throws Exception {
        var page = get("/notice");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("<html lang=\"en\">", "Malware &amp; such.", "call 4711")
                .contains("Example &lt;Corp&gt;")
                .contains(
                        HexFormat.ofDelimiter(":")
                                .withUpperCase()
                                .formatHex(
                                        MessageDigest.getInstance("SHA-256")
                                                .digest(web.fleet.pki().anchor().getEncoded())))
                .doesNotContain("<script", "style=", "http://", "https://");
    }

    @ParameterizedTest
    @CsvSource({
        "'de-CH,de;q=0.9,en;q=0.5',de",
        "'fr,en;q=0.5',en",
        "'fr',en",
        "';;;q=x',en",
        "'*',en"
    })
    void it_speaks_what_the_browser_prefers_of_its_languages(String accept, String tag)
            throws Exception {
        var page =
                stranger.send(
                        HttpRequest.newBuilder(web.uri("/notice"))
                                .header("accept-language", accept)
                                .build(),
                        BodyHandlers.ofString());

        assertThat(page.headers().firstValue("content-language")).contains(tag);
        assertThat(page.body()).contains("<html lang=\"" + tag + "\">");
    }

    @ParameterizedTest
    @CsvSource({
        "www.hospital.example,www.hospital.example is not inspected for you,Health services are never inspected.",
        "https://Clinic.Example/a?b,clinic.example is not inspected for you,Health services are never inspected.",
        "bad.example,bad.example is blocked for you,Known for &lt;malware&gt;.",
        "news.example,news.example is inspected for you,",
        "secret.example,secret.example is inspected for you,",
        "depends.example,For depends.example it depends,",
        "'<script>alert(1)</script>',That is not the name of a site,",
        "'a b',That is not the name of a site,",
    })
    void it_answers_for_this_host_and_this_asker(String host, String answer, String because)
            throws Exception {
        var page = get("/notice?host=" + encode(host)).body();

        assertThat(page).contains(answer).doesNotContain("10.9.9.9", "alert(1)", "others-only");
        if (because != null) {
            assertThat(page).contains("The reason given: " + because);
        }
    }

    @Test
    void hostile_questions_change_nothing_of_the_page() throws Exception {
        for (var host :
                List.of(
                        "\"><img src=x onerror=alert(1)>",
                        "x\u0000y\r\nSet-Cookie: a=b",
                        "\u202egnp.example",
                        "a".repeat(3_000) + ".example",
                        "%ff%fe",
                        "xn--".repeat(60) + ".example",
                        "../../etc/passwd")) {
            var page = get("/notice?host=" + encode(host));
            assertThat(page.headers().firstValue("set-cookie")).isEmpty();
            if (page.statusCode() == 400) {
                // No request at all, says the server.
                assertThat(page.body()).contains("malformed-request").doesNotContain("onerror");
                continue;
            }
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body())
                    .contains("That is not the name of a site", "value=\"\"")
                    .doesNotContain("onerror", "passwd");
        }
    }

    @Test
    void whoever_asks_too_often_waits() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(get("/notice?host=h" + i + ".example").statusCode()).isEqualTo(200);
        }

        var refused = get("/notice?host=one-more.example");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("Too many questions", "<form");
        assertThat(get("/notice").statusCode()).isEqualTo(200);
    }

    @Test
    void a_report_lands_in_the_queue_and_is_closed_there() throws Exception {
        var sent =
                report(
                        Map.of(
                                "host", "https://app.bank.example/login",
                                "text", "It says\u0007 \u202e<b>pinned</b>\nsince Monday",
                                "contact", "ann@corp.example",
                                "seal", seal()));

        assertThat(sent.statusCode()).isEqualTo(303);
        assertThat(get(sent.headers().firstValue("location").orElseThrow()).body())
                .contains("Thank you.");
        var report =
                json(web.get("/v1/reports")).getAsJsonArray("reports").get(0).getAsJsonObject();
        var id = report.get("id").getAsString();
        assertThat(report.get("host").getAsString()).isEqualTo("app.bank.example");
        assertThat(report.get("text").getAsString())
                .isEqualTo("It says <b>pinned</b>\nsince Monday");
        assertThat(report.get("client").getAsString()).isEqualTo("127.0.0." + strangers);
        var closed = web.post("/v1/reports/" + id + ":close", "{\"answer\":\"Excluded at hq.\"}");
        assertThat(json(closed).get("closed_by").getAsString())
                .isEqualTo("overt://hq/operator/ann");
        assertThat(web.get("/v1/reports").body()).doesNotContain("app.bank.example");
        assertThat(web.get("/v1/reports?closed=true").body()).contains("app.bank.example");
        assertThat(web.post("/v1/reports/999999:close", "{}").statusCode()).isEqualTo(404);
        // And nothing else came of it.
        assertThat(json(web.get("/v1/exclusions")).getAsJsonArray("exclusions")).isEmpty();
    }

    @Test
    void a_form_that_did_not_come_from_the_page_is_not_taken() throws Exception {
        var good = Map.of("host", "forged.example", "text", "broken");
        var elsewhere =
                HttpRequest.newBuilder(web.uri("/notice/report"))
                        .header("content-type", "application/x-www-form-urlencoded")
                        .header("sec-fetch-site", "cross-site")
                        .POST(BodyPublishers.ofString(form(with(good, "seal", seal()))))
                        .build();

        assertThat(report(good).statusCode()).isEqualTo(403);
        assertThat(report(with(good, "seal", "x".repeat(43))).statusCode()).isEqualTo(403);
        assertThat(stranger.send(elsewhere, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
        assertThat(web.get("/v1/reports").body()).doesNotContain("forged.example");
    }

    @Test
    void what_is_no_report_is_not_taken() throws Exception {
        var seal = seal();

        assertThat(report(Map.of("host", "no host", "text", "x", "seal", seal)).statusCode())
                .isEqualTo(400);
        assertThat(
                        report(Map.of("host", "a.example", "text", "\u200b \u0000", "seal", seal))
                                .statusCode())
                .isEqualTo(400);
        assertThat(
                        report(
                                        Map.of(
                                                "host",
                                                "a.example",
                                                "text",
                                                "x".repeat(70_000),
                                                "seal",
                                                seal))
                                .statusCode())
                .isEqualTo(413);
        assertThat(get("/notice/report").statusCode()).isEqualTo(405);
    }

    @Test
    void whoever_reports_too_often_is_asked_to_call() throws Exception {
        var good = Map.of("host", "often.example", "text", "broken", "seal", seal());
        for (int i = 0; i < 5; i++) {
            assertThat(report(good).statusCode()).isEqualTo(303);
        }

        assertThat(report(good).statusCode()).isEqualTo(429);
        assertThat(web.get("/v1/reports").body().split("often.example", -1)).hasSize(6);
    }

    @Test
    void a_stranger_reads_no_report() throws Exception {
        assertThat(get("/v1/reports").statusCode()).isEqualTo(401);
    }

    private String seal() throws Exception {
        var seal =
                Pattern.compile("name=\"seal\" value=\"([^\"]+)\"").matcher(get("/notice").body());
        assertThat(seal.find()).isTrue();
        return seal.group(1);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return stranger.send(
                HttpRequest.newBuilder(web.uri(path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> report(Map<String, String> fields) throws Exception {
        return stranger.send(
                HttpRequest.newBuilder(web.uri("/notice/report"))
                        .header("content-type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form(fields)))
                        .build(),
                BodyHandlers.ofString());
    }

    private static Map<String, String> with(Map<String, String> fields, String name, String value) {
        var more = new HashMap<>(fields);
        more.put(name, value);
        return more;
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
