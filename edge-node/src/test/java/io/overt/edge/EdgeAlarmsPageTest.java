package io.overt.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.overt.edge.site.TestEdges;
import io.overt.service.bundle.PolicyPublicKey;
import io.overt.service.config.ConfigFile;
import io.overt.service.process.Parts;
import io.overt.testkit.pki.TestLog;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators are told to alarm on is what an edge has, from its start. */
class EdgeAlarmsPageTest {
    private static final Path BASE =
            Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();
    private static final Path DOCS = BASE.resolveSibling("docs");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    /** With the cluster, users and a list of logs: these have series of their own. */
    @Test
    void each_series_of_the_page_is_there_from_the_start_with_each_label() throws Exception {
        var admin = TestEdges.freePort();
        try (var parts = new Parts()) {
            start(admin, parts);
            var scraped = scrape(admin);

            assertThat(missing(scraped)).isEmpty();
            // One that is closed while it starts would leave its traces to the tests behind this.
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> scrape(admin).contains("overt_site_members 1.0"));
        }
    }

    @Test
    void each_link_leads_somewhere_and_each_section_is_one_of_an_alarm() throws Exception {
        var page = page();

        assertThat(found(ANCHOR, page))
                .extracting(match -> match.group(1))
                .hasSameElementsAs(
                        headings(page).stream().map(EdgeAlarmsPageTest::anchor).toList());
        assertThat(found(FILE, page))
                .allSatisfy(match -> assertThat(DOCS.resolve(match.group(1))).exists());
        for (var match : found(SECTION, page)) {
            assertThat(headings(Files.readString(DOCS.resolve(match.group(1)))))
                    .contains(match.group(2));
        }
    }

    @Test
    void what_the_log_is_said_to_say_it_says() throws Exception {
        var prose = page().replaceAll("`[^`\n]*`", "").replaceAll(SECTION.pattern(), "");
        var sources = sources(BASE) + sources(BASE.resolveSibling("service"));

        assertThat(found(ITALICS, prose))
                .isNotEmpty()
                .extracting(match -> match.group(1))
                .filteredOn(said -> !sources.contains(said))
                .isEmpty();
    }

    // ---- the edge

    private void start(int admin, Parts parts) throws Exception {
        var identity = TestPki.fleet(folder, "hq").issue("edge", "a");
        TestPki.create().writeAnchor(folder.resolve("anchors.pem"));
        var policyKey = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();
        Files.writeString(folder.resolve("policy.key.pub"), new PolicyPublicKey(policyKey).pem());
        Files.writeString(
                folder.resolve("users.htpasswd"),
                "alice:$2y$05$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6\n");
        Files.writeString(
                folder.resolve("log_list.json"),
                """
                {"log_list_timestamp":"2026-11-20T12:55:12Z",
                 "operators":[{"name":"A","email":[],"logs":[%s]}]}
                """
                        .formatted(
                                TestLog.create("one", "A")
                                        .json("usable", Instant.parse("2026-11-20T12:55:12Z"))));
        var file =
                Files.writeString(
                        folder.resolve("edge.yaml"),
                        """
                        admin: { listen: "127.0.0.1:%d" }
                        identity: { certificate: %s, key: %s, trust-anchors: %s }
                        listeners:
                          - name: proxy
                            kind: connect
                            listen: "127.0.0.1:0"
                            authentication: { realm: proxy, users: users.htpasswd }
                        upstream: { trust-anchors: [anchors.pem] }
                        certificate-transparency: { log-list: log_list.json }
                        policy: { control: "127.0.0.1:%d", signing-keys: [policy.key.pub] }
                        signers: { targets: [{ address: "127.0.0.1:%d" }] }
                        site-cluster:
                          mesh-port: %d
                          peer-listen: "127.0.0.1:%d"
                          members: [{ name: a, number: 1, address: "127.0.0.1:%d" }]
                        notice: { organisation: Example Corp }
                        records: { file: records.jsonl }
                        """
                                .formatted(
                                        admin,
                                        identity.certificateChain(),
                                        identity.privateKey(),
                                        identity.trustAnchors(),
                                        TestEdges.freePort(),
                                        TestEdges.freePort(),
                                        TestEdges.freePort(),
                                        TestEdges.freePort(),
                                        TestEdges.freePort()));
        var edge = new EdgeMain();
        var config = edge.configure(ConfigFile.read(file));
        edge.check(config);
        edge.start(config, parts);
    }

    private static String scrape(int admin) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + admin + "/metrics"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }

    // ---- the page

    private static String page() throws IOException {
        return Files.readString(DOCS.resolve("edge-alarms.md"));
    }

    /** What the page names and an edge has not; a label is one of the series last named. */
    private static Set<String> missing(String scraped) throws IOException {
        var lines = scraped.lines().toList();
        var missing = new TreeSet<String>();
        var series = "";
        for (var match : found(NAMED, page())) {
            var named = match.group();
            if (OF_ANSIBLE.contains(named)) {
                continue;
            }
            if (named.contains("=")) {
                var label = named.replace("!", "");
                var start = series + "{";
                if (lines.stream().noneMatch(on -> on.startsWith(start) && on.contains(label))) {
                    missing.add(start + label + "}");
                }
            } else {
                series = named;
                if (lines.stream()
                        .noneMatch(
                                on -> on.startsWith(named + "{") || on.startsWith(named + " "))) {
                    missing.add(named);
                }
            }
        }
        return missing;
    }

    private static List<String> headings(String page) {
        return page.lines()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring(3))
                .toList();
    }

    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z -]", "").replace(' ', '-');
    }

    private static List<MatchResult> found(Pattern pattern, String page) {
        return pattern.matcher(page).results().toList();
    }

    private static String sources(Path module) throws IOException {
        var sources = new ArrayList<String>();
        try (Stream<Path> files = Files.walk(module.resolve("src/main/java"))) {
            for (var file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                sources.add(Files.readString(file));
            }
        }
        return String.join("\n", sources);
    }

    /** A series, or a label with its value. */
    private static final Pattern NAMED =
            Pattern.compile("\\b(?:overt|process)_[a-z_]+|\\b[a-z]+!?=\"[a-z-]+\"");

    private static final Set<String> OF_ANSIBLE = Set.of("overt_fail_mode");
    private static final Pattern ANCHOR = Pattern.compile("\\]\\(#([a-z-]+)\\)");
    private static final Pattern FILE = Pattern.compile("\\]\\(([a-z-]+\\.md)\\)");

    /** Of another page. */
    private static final Pattern SECTION =
            Pattern.compile("\\]\\(([a-z-]+\\.md)\\), \\*([^*\n]+)\\*");

    private static final Pattern ITALICS = Pattern.compile("\\*([^*\n]+)\\*");
}
