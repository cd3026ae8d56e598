package io.overt.control.access.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.control.TestControlConfig;
import io.overt.control.TestControlPlane;
import io.overt.testkit.oidc.TestProvider;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** People at a whole control plane, known by a real provider on this machine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SignInTest {
    private Path folder;
    private TestProvider provider;
    private TestControlPlane plane;
    private HttpClient browser;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        this.folder = folder;
        provider = new TestProvider();
        plane =
                new TestControlPlane(
                        new TestControlConfig(folder)
                                .withWeb()
                                .with(
                                        """
                                        access:
                                          grants:
                                            - {group: network-team, roles: [operator]}
                                            - {subject: vic-1, roles: [viewer]}
                                            - {email: sue-1@corp.example, roles: [security]}
                                            - {certificate: "overt://*/operator/*", roles: [security]}
                                          oidc: {issuer: "%s", client-id: %s}
                                        """
                                                .formatted(
                                                        provider.issuer(), TestProvider.CLIENT)));
        browser = HttpClient.newBuilder().sslContext(trusting()).build();
    }

    @AfterAll
    void stop() throws Exception {
        browser.close();
        plane.close();
        provider.close();
    }

    @BeforeEach
    void everybodyIsWhoTheyAre() {
        provider.person("ann-1", "network-team");
        provider.twist(_ -> {});
    }

    // ---- by a browser

    @Test
    void a_person_signs_in_is_known_acts_and_signs_out() throws Exception {
        var session = signIn("/#rollouts");

        assertThat(get("/v1/me", session).body())
                .contains("\"name\":\"oidc:ann-1\"")
                .contains("\"shown\":\"ann-1@corp.example\"")
                .contains("ACCESS_ROLE_OPERATOR");
        // As a page of the console sends it; that there is no policy in it is an answer.
        assertThat(post("/v1/policy/versions", "{}", session, "same-origin").statusCode())
                .isEqualTo(200);
        assertThat(post("/v1/me:signOut", "", session, "same-origin").statusCode()).isEqualTo(204);
        assertThat(get("/v1/me", session).statusCode()).isEqualTo(401);
        assertThat(trail("--actor", "oidc:ann-1"))
                .contains("\"method\":\"sign-in\",\"outcome\":\"OK\"")
                .contains("\"method\":\"overt.control.v1.PolicyAdmin/Publish\",\"outcome\":\"OK\"")
                .contains("\"method\":\"sign-out\",\"outcome\":\"OK\"");
    }

    @Test
    void cookies_are_for_this_host_over_tls_alone_and_out_of_reach_of_scripts() throws Exception {
        var began = get("/sign-in?back=/", "");
        assertThat(cookies(began))
                .singleElement()
                .asString()
                .startsWith("__Host-overt-sign-in=")
                .endsWith("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600");
        var ended = back(began, cookie(began));
        assertThat(cookies(ended))
                .anySatisfy(
                        each ->
                                assertThat(each)
                                        .startsWith("__Host-overt-session=")
                                        .endsWith("; Path=/; Secure; HttpOnly; SameSite=Strict"))
                .anySatisfy(
                        each ->
                                assertThat(each)
                                        .startsWith("__Host-overt-sign-in=;")
                                        .contains("Max-Age=0"));
    }

    @ParameterizedTest
    @CsvSource({
        "/audit?x=1, /audit?x=1",
        "//evil.example/, /",
        "https://evil.example/, /",
        "/\\evil.example, /",
        "'', /"
    })
    void one_comes_back_to_a_page_of_ours_alone(String asked, String place) throws Exception {
        var began = get("/sign-in?" + ProviderHttp.encoded(Map.of("back", asked)), "");
        assertThat(back(began, cookie(began)).headers().firstValue("location")).hasValue(place);
    }

    @ParameterizedTest
    @CsvSource({"''", "cross-site", "same-site", "none"})
    void another_sites_page_cannot_act_with_a_session(String site) throws Exception {
        var session = signIn("/");
        var refused = post("/v1/policy/versions", "{}", session, site);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.body()).contains("no page of ours has sent");
        assertThat(post("/v1/me:signOut", "", session, site).statusCode()).isEqualTo(403);
        // Reading is harmless: no other site's page sees the answer.
        assertThat(get("/v1/me", session).statusCode()).isEqualTo(200);
    }

    @Test
    void a_role_that_is_missing_is_missing_in_a_browser_as_well() throws Exception {
        provider.person("vic-1", "cooks");
        var refused = post("/v1/policy/versions", "{}", signIn("/"), "same-origin");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("oidc:vic-1 (expected: a caller of role operator)");
    }

    @Test
    void a_state_is_good_once_in_its_own_browser_and_for_what_this_fleet_began() throws Exception {
        var began = get("/sign-in", "");
        var callback = callback(began);
        assertThat(refused(callback, "")).contains("another browser began this sign-in");
        assertThat(refused(callback, cookie(began)))
                .as("used up by the one before")
                .contains("a state that is not known, was used, or is too old");

        var again = get("/sign-in", "");
        var good = callback(again);
        assertThat(get(good, cookie(again)).statusCode()).isEqualTo(303);
        assertThat(refused(good, cookie(again))).contains("a state that is not known, was used");

        assertThat(refused("/sign-in/callback?code=x", ""))
                .contains("no state: this sign-in did not begin here");
        assertThat(refused("/sign-in/callback?code=x&state=made-up", cookie(began)))
                .contains("a state that is not known");
        assertThat(trail("--method", "sign-in", "--outcome", "unauthenticated"))
                .contains("another browser began this sign-in");
    }

    @Test
    void a_code_that_was_used_or_is_another_sign_ins_is_not_taken() throws Exception {
        var used = get("/sign-in", "");
        var code = code(used);
        assertThat(get(withCode(used, code), cookie(used)).statusCode()).isEqualTo(303);

        var replayed = get("/sign-in", "");
        assertThat(refused(withCode(replayed, code), cookie(replayed)))
                .contains("the provider does not take the code: invalid_grant");

        // Somebody else's fresh code, slipped under this browser: PKCE tells.
        var theirs = get("/sign-in", "");
        var stolen = code(theirs);
        var mine = get("/sign-in", "");
        assertThat(refused(withCode(mine, stolen), cookie(mine)))
                .contains("the provider does not take the code: invalid_grant");
    }

    @Test
    void what_the_provider_says_wrongly_is_told() throws Exception {
        provider.twist(claims -> claims.claim("nonce", "another"));
        assertThat(refusedSignIn()).contains("the provider's token: another sign-in's nonce");
        provider.twist(claims -> claims.audience("payroll"));
        assertThat(refusedSignIn())
                .contains("the provider's token: audience [payroll] (expected: overt)");

        var began = get("/sign-in", "");
        var state = state(began);
        assertThat(refused("/sign-in/callback?error=access_denied&state=" + state, cookie(began)))
                .contains("the provider says: access_denied");
        var mixed = get("/sign-in", "");
        assertThat(
                        refused(
                                "/sign-in/callback?code=x&iss=https%3A%2F%2Fevil.example&state="
                                        + state(mixed),
                                cookie(mixed)))
                .contains("another issuer answered: https://evil.example");
    }

    // ---- by a token

    @Test
    void a_token_serves_over_http_and_over_grpc_and_the_trail_says_how() throws Exception {
        var token = provider.token("ann-1", "network-team");
        assertThat(bearer("/v1/me", token).body()).contains("\"how\":\"token\"");
        assertThat(tool(Map.of("OVERT_TOKEN", token), "exclusions", "confirm", "hq", "a.example"))
                .startsWith("3 a.example for every client at hq: no edge");
        assertThat(trail("--actor", "oidc:ann-1", "--kind", "intent"))
                .contains("ExclusionAdmin/RuleExclusion")
                .contains("\\\"how\\\":\\\"token\\\"");
    }

    @Test
    void one_that_does_not_hold_is_refused_with_the_reason_whatever_else_is_shown()
            throws Exception {
        var session = signIn("/");
        var late = provider.claims("ann-1", "network-team");
        late.expirationTime(java.util.Date.from(java.time.Instant.now().minusSeconds(60)));
        var token = TestProvider.sign(late.build(), provider.key());
        var response =
                browser.send(
                        HttpRequest.newBuilder(uri("/v1/me"))
                                .header("authorization", "Bearer " + token)
                                .header("cookie", session)
                                .build(),
                        BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.body()).contains("a token that does not hold: expired at ");
        assertThat(tool(Map.of("OVERT_TOKEN", token), "versions"))
                .startsWith("3 control plane: a token that does not hold: expired at ");
        assertThat(trail("--kind", "refusal", "--actor", "nobody")).contains("expired at ");
    }

    @Test
    void a_certificate_serves_where_neither_is_shown_and_nobody_is_nobody() throws Exception {
        assertThat(
                        browser.send(
                                HttpRequest.newBuilder(uri("/v1/me")).build(),
                                BodyHandlers.ofString()))
                .satisfies(
                        response -> {
                            assertThat(response.statusCode()).isEqualTo(401);
                            assertThat(response.body()).contains("a caller without identity");
                        });
    }

    // ---- overtctl login

    @Test
    void overtctl_signs_in_by_a_browser_and_keeps_the_token_for_its_owner_alone() throws Exception {
        var printed = new StringWriter();
        var done = login(printed);
        var place = awaitAddress(printed);
        // What the browser does: to the provider, and back to the port of the loopback.
        var there = browser.send(HttpRequest.newBuilder(place).build(), BodyHandlers.ofString());
        var back = URI.create(there.headers().firstValue("location").orElseThrow());
        assertThat(back.toString()).startsWith("http://127.0.0.1:");
        browser.send(HttpRequest.newBuilder(back).build(), BodyHandlers.ofString());

        assertThat(done.get(30, TimeUnit.SECONDS)).isZero();
        assertThat(printed.toString()).contains("signed in as ann-1@corp.example: operator");
        var file = folder.resolve("token");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(tool(Map.of(), "versions", "-o", "json")).isEqualTo("0 []\n");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(tool(Map.of(), "versions"))
                .isEqualTo(
                        "2 "
                                + file
                                + ": mode rw-r--r-- (expected: rw-------, a token is for its owner alone)\n");
        Files.delete(file);
        assertThat(tool(Map.of(), "versions"))
                .isEqualTo(
                        "2 neither a certificate nor a token: `overtctl login` fetches a token\n");
    }

    @Test
    void or_by_a_code_that_is_typed_on_another_machine() throws Exception {
        var printed = new StringWriter();
        var done = login(printed, "--device");
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> printed.toString().contains("type WDJB-MJHT"));
        browser.send(
                HttpRequest.newBuilder(URI.create(provider.issuer() + "/activate")).build(),
                BodyHandlers.ofString());
        assertThat(done.get(30, TimeUnit.SECONDS)).isZero();
        assertThat(printed.toString()).contains("signed in as ann-1@corp.example: operator");
        Files.delete(folder.resolve("token"));
    }

    // ---- what the tests above are made of

    private CompletableFuture<Integer> login(StringWriter printed, String... more)
            throws Exception {
        var writer = new PrintWriter(printed, true);
        var words = new java.util.ArrayList<>(List.of("login"));
        words.addAll(List.of(more));
        var environment = Map.of("OVERTCTL_CONFIG", config().toString());
        return CompletableFuture.supplyAsync(
                () ->
                        io.overt.control.cli.Overtctl.run(
                                environment, writer, writer, words.toArray(new String[0])));
    }

    private URI awaitAddress(StringWriter printed) {
        var address = Pattern.compile("(http://127\\.0\\.0\\.1:\\d+/authorize\\S+)\\n");
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> address.matcher(printed.toString()).find());
        var found = address.matcher(printed.toString());
        assertThat(found.find()).isTrue();
        return URI.create(found.group(1));
    }

    private String tool(Map<String, String> more, String... args) throws Exception {
        var environment = new LinkedHashMap<>(more);
        environment.put("OVERTCTL_CONFIG", config().toString());
        return TestControlPlane.overtctl(environment, args);
    }

    private Path config() throws Exception {
        return Files.writeString(
                folder.resolve("person.yaml"),
                """
                web:
                  address: localhost:%d
                  trust-anchors: %s
                  login: {issuer: "%s", client-id: overt}
                """
                        .formatted(
                                plane.running().webAddress().orElseThrow().getPort(),
                                plane.fleet().issue("operator", "unused").trustAnchors(),
                                provider.issuer()));
    }

    private String signIn(String back) throws Exception {
        var began = get("/sign-in?" + ProviderHttp.encoded(Map.of("back", back)), "");
        var ended = back(began, cookie(began));
        assertThat(ended.statusCode()).as(ended.body()).isEqualTo(303);
        assertThat(ended.headers().firstValue("location")).hasValue(back);
        return cookies(ended).stream()
                .filter(each -> each.startsWith("__Host-overt-session="))
                .map(each -> each.substring(0, each.indexOf(';')))
                .findFirst()
                .orElseThrow();
    }

    private String refusedSignIn() throws Exception {
        var began = get("/sign-in", "");
        return refused(callback(began), cookie(began));
    }

    private String refused(String path, String cookie) throws Exception {
        var response = get(path, cookie);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(403);
        assertThat(cookies(response)).isEmpty();
        return response.body();
    }

    /** What the provider sends a browser back to that was sent to it. */
    private String callback(HttpResponse<String> began) throws Exception {
        assertThat(began.statusCode()).as(began.body()).isEqualTo(303);
        var there =
                browser.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                began.headers()
                                                        .firstValue("location")
                                                        .orElseThrow()))
                                .build(),
                        BodyHandlers.ofString());
        var place = URI.create(there.headers().firstValue("location").orElseThrow());
        return place.getRawPath() + "?" + place.getRawQuery();
    }

    private HttpResponse<String> back(HttpResponse<String> began, String cookie) throws Exception {
        return get(callback(began), cookie);
    }

    private String code(HttpResponse<String> began) throws Exception {
        return parameter(URI.create(callback(began)), "code");
    }

    private static String parameter(URI place, String name) {
        return Optional.ofNullable(TestProvider.parameters(place.getRawQuery()).get(name))
                .orElseThrow();
    }

    private static String state(HttpResponse<String> began) {
        return parameter(URI.create(began.headers().firstValue("location").orElseThrow()), "state");
    }

    private static String withCode(HttpResponse<String> began, String code) {
        return "/sign-in/callback?code=" + code + "&state=" + state(began);
    }

    private static List<String> cookies(HttpResponse<String> response) {
        return response.headers().allValues("set-cookie");
    }

    private static String cookie(HttpResponse<String> began) {
        var set = cookies(began).getFirst();
        return set.substring(0, set.indexOf(';'));
    }

    private HttpResponse<String> get(String path, String cookie) throws Exception {
        var request = HttpRequest.newBuilder(uri(path));
        if (!cookie.isEmpty()) {
            request.header("cookie", cookie);
        }
        return browser.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> bearer(String path, String token) throws Exception {
        return browser.send(
                HttpRequest.newBuilder(uri(path))
                        .header("authorization", "Bearer " + token)
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String json, String cookie, String site)
            throws Exception {
        var request =
                HttpRequest.newBuilder(uri(path))
                        .header("cookie", cookie)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(json));
        if (!site.isEmpty()) {
            request.header("sec-fetch-site", site);
        }
        return browser.send(request.build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create(
                "https://localhost:" + plane.running().webAddress().orElseThrow().getPort() + path);
    }

    private String trail(String... filter) throws Exception {
        var words = new java.util.ArrayList<>(List.of("audit", "list", "-o", "json"));
        words.addAll(List.of(filter));
        return plane.overtctl("operator", "sec", words.toArray(new String[0]));
    }

    private SSLContext trusting() throws Exception {
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("anchor", plane.fleet().pki().anchor());
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
