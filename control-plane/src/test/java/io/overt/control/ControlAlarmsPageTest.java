package io.overt.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.control.witness.GrownLog;
import io.overt.control.witness.WitnessKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators are told to alarm on is what a control plane has, from its start. */
class ControlAlarmsPageTest {
    private static final Path DOCS =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("../docs");

    @TempDir Path folder;

    @Test
    void each_series_of_the_page_is_there_from_the_start_with_each_label_that_is_asked_for()
            throws Exception {
        var page = page();
        var scraped = scrape();

        Set<String> missing = new TreeSet<>();
        for (var found : found("\\bovert_[a-z_]+", page)) {
            var series = found.group();
            if (!OF_EDGES.contains(series)
                    && scraped.stream()
                            .noneMatch(
                                    line ->
                                            line.startsWith(series + "{")
                                                    || line.startsWith(series + " "))) {
                missing.add(series);
            }
        }
        // A label without a series is of the one before it: {a="x"}, {a="y"}.
        var series = "";
        for (var found : found("(overt_[a-z_]+)?\\{([a-z]+=\"[a-z_-]+\")\\}", page)) {
            series = found.group(1) == null ? series : found.group(1);
            var of = series + "{";
            var label = found.group(2);
            if (scraped.stream().noneMatch(line -> line.startsWith(of) && line.contains(label))) {
                missing.add(of + label + "}");
            }
        }
        assertThat(missing).isEmpty();
    }

    private List<String> scrape() throws Exception {
        WitnessKey.create(folder.resolve("witness.key"), "control.example/witness");
        var config = new TestControlConfig(folder).withWeb();
        config.with(
                """
                witness:
                  listen: 127.0.0.1:0
                  key: witness.key
                  logs:
                    - {url: "http://127.0.0.1:1/log", key: "%s"}
                notice:
                  organisation: Example Corp
                  contact: call 4711
                  about: {en: "Malware."}
                  ca-certificates: [%s]
                """
                        .formatted(
                                new GrownLog("signer-1.example/log").key().vkey(),
                                config.fleet().issue("operator", "ann").trustAnchors()));
        try (var plane = new TestControlPlane(config);
                var http = HttpClient.newHttpClient()) {
            var metrics =
                    URI.create(
                            "http://127.0.0.1:"
                                    + plane.running().adminAddress().getPort()
                                    + "/metrics");
            return http.send(
                            HttpRequest.newBuilder(metrics).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .toList();
        }
    }

    @Test
    void each_section_and_page_that_it_points_to_is_there() throws Exception {
        var page = page();
        var sections =
                page.lines()
                        .filter(line -> line.startsWith("## "))
                        .map(line -> line.substring(3).toLowerCase(Locale.ROOT).replace(' ', '-'))
                        .collect(Collectors.toSet());
        for (var link : found("\\]\\(#([a-z-]+)\\)", page)) {
            assertThat(sections).contains(link.group(1));
        }
        for (var link : found("\\]\\(([a-z-]+\\.md)\\)", page)) {
            assertThat(DOCS.resolve(link.group(1))).exists();
        }
    }

    @Test
    void each_line_that_is_to_be_looked_for_in_the_log_is_one_that_is_logged() throws Exception {
        var sources = new ArrayList<String>();
        for (var module : List.of("control-plane", "service")) {
            try (var files = Files.walk(DOCS.resolve("..").resolve(module).resolve("src/main"))) {
                for (var file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    sources.add(Files.readString(file, UTF_8));
                }
            }
        }
        // "log line *so*" in running text, "- *so*, *so*:" where only the log tells.
        var lines = new TreeSet<String>();
        found("log line \\*([^*]+)\\*", page()).forEach(each -> lines.add(each.group(1)));
        for (var each : found("(?m)^- (\\*[^*]+\\*(?:, \\*[^*]+\\*)*):", defects())) {
            found("\\*([^*,][^*]+)\\*", each.group(1)).forEach(line -> lines.add(line.group(1)));
        }
        assertThat(lines).contains("edge said", "emergency order given");
        for (var line : lines) {
            assertThat(sources).as(line).anyMatch(source -> source.contains('"' + line));
        }
    }

    private static String page() throws IOException {
        return Files.readString(DOCS.resolve("control-plane-alarms.md"), UTF_8);
    }

    private static String defects() throws IOException {
        var page = page();
        return page.substring(page.indexOf("## Defects"));
    }

    private static List<MatchResult> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().toList();
    }

    private static final Set<String> OF_EDGES = Set.of("overt_edge_policy_connected");
}
