package io.overt.signer;

import static io.overt.signer.KeyCommand.required;

import io.overt.service.config.ConfigException;
import io.overt.service.http.BoundedFetch;
import io.overt.service.http.BoundedFetch.Fetched;
import io.overt.service.json.JsonObject;
import io.overt.signer.issue.NeverForged;
import io.overt.signer.log.Finding;
import io.overt.signer.log.LogReader;
import io.overt.signer.log.PublishedLog;
import io.overt.signer.monitor.Counters;
import io.overt.signer.monitor.LogMonitor;
import io.overt.signer.monitor.LogMonitor.Look;
import io.overt.signer.monitor.MonitorState;
import io.overt.x509.TrustAnchors;
import io.overt.x509.tlog.NoteKey;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Judges what a log has got since it was looked at last. */
@Command(
        name = "monitor",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Judge every entry since the last run: derive each TBS again from its evidence, verify certificates and chains,",
            "and compare the signer's counters with the log. Needs --readers-key.",
            "Exits with 0 when there is nothing to tell, 1 when there is, 2 when the command line or a file of it is wrong."
        })
final class LogMonitorCommand extends LogReading {

    /** How findings are printed. */
    enum Output {
        text,
        json
    }

    @Option(
            names = "--anchors",
            paramLabel = "FILE",
            description =
                    "Your own trust anchors for upstreams (PEM), any number; without any, chains are not verified.")
    private List<Path> anchors = new ArrayList<>();

    @Option(
            names = "--metrics",
            paramLabel = "URL",
            description = "The signer's counters, http://SIGNER:PORT/metrics, or a file of them.")
    private @Nullable String metrics;

    @Option(
            names = "--watch",
            paramLabel = "FILE",
            description =
                    "Names that you want to know of, one a line: host, *.suffix or IP address; # begins a comment.")
    private @Nullable Path watch;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description =
                    "What was judged so far, written after each run; without it, everything is judged.")
    private @Nullable Path state;

    @Option(names = "--follow", description = "Go on until interrupted, a look each ten seconds.")
    private boolean follow;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text, or json: one line a finding, and nothing else.")
    private Output output = Output.text;

    @Mixin private CeremonyOptions ceremonies = new CeremonyOptions();

    @Override
    int run(PublishedLog log, NoteKey key, Optional<LogReader> reader) throws IOException {
        if (reader.isEmpty()) {
            err().println("monitor: evidence is sealed (expected: --readers-key)");
            return 2;
        }
        try (BoundedFetch http = new BoundedFetch()) {
            LogMonitor monitor;
            MonitorState known;
            try {
                monitor =
                        new LogMonitor(
                                new LogMonitor.Settings(
                                        log,
                                        key,
                                        reader.get()::fresh,
                                        anchors.isEmpty()
                                                ? Optional.empty()
                                                : Optional.of(
                                                        TrustAnchors.fromPem(
                                                                anchors.toArray(Path[]::new))),
                                        new NeverForged(watched(watch)),
                                        ceremonies.demands(),
                                        Optional.ofNullable(metrics)
                                                .map(place -> () -> counters(http, place)),
                                        attempt -> attempt <= ATTEMPTS && pause(MOMENT)));
                known =
                        state == null
                                ? MonitorState.beginning(key.name())
                                : MonitorState.read(required(state), key.name());
            } catch (ConfigException
                    | IOException
                    | CertificateException
                    | IllegalArgumentException e) {
                err().println(e.getMessage());
                return 2;
            }
            return watch(monitor, known, key);
        }
    }

    private int watch(LogMonitor monitor, MonitorState first, NoteKey key) throws IOException {
        MonitorState known = first;
        List<Finding> told = List.of();
        boolean found = false;
        while (true) {
            Look look = monitor.look(known);
            for (Finding finding : look.findings()) {
                // What stays as it is, such as a fork, is told once by a process that goes on.
                if (!told.contains(finding)) {
                    print(finding, key);
                }
                found |= !finding.kind().note();
            }
            told = look.findings();
            if (state != null && !look.state().equals(known)) {
                look.state().write(required(state));
            }
            known = look.state();
            if (!follow) {
                if (output == Output.text) {
                    out().printf(
                                    "%s: %s, %d entries, %d of them new, %d intents without a certificate%s%n",
                                    found ? "FINDINGS" : "good",
                                    key.name(),
                                    known.head().size(),
                                    look.read(),
                                    look.open(),
                                    anchors.isEmpty() ? "; chains not verified: no --anchors" : "");
                }
                out().flush();
                return found ? 1 : 0;
            }
            out().flush();
            if (!pause(INTERVAL)) {
                return found ? 1 : 0;
            }
        }
    }

    private void print(Finding finding, NoteKey key) {
        switch (output) {
            case text -> out().println(finding.kind().text() + ": " + finding);
            case json ->
                    out().println(
                                    new JsonObject()
                                            .member("log", key.name())
                                            .member("kind", finding.kind().text())
                                            .member(
                                                    "severity",
                                                    finding.kind().note() ? "note" : "finding")
                                            .member("where", finding.where())
                                            .member("what", finding.what())
                                            .end());
        }
    }

    private static List<String> watched(@Nullable Path file) throws IOException {
        if (file == null) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String name = line.split("#", 2)[0].strip();
            if (!name.isEmpty()) {
                try {
                    NeverForged.requireName(name);
                } catch (IllegalArgumentException e) {
                    throw new IOException(
                            "%s: '%s' (expected: %s)".formatted(file, name, e.getMessage()), e);
                }
                names.add(name);
            }
        }
        return names;
    }

    private static Counters counters(BoundedFetch http, String place) throws IOException {
        String text;
        if (place.startsWith("http://") || place.startsWith("https://")) {
            text =
                    switch (http.get(URI.create(place), LARGEST_METRICS, METRICS_DEADLINE)) {
                        case Fetched.Body(byte[] bytes) ->
                                new String(bytes, StandardCharsets.UTF_8);
                        case Fetched.Status(int code) ->
                                throw new IOException(place + ": status " + code);
                        case Fetched.TooLarge(int limit) ->
                                throw new IOException(place + ": more than " + limit + " bytes");
                        case Fetched.Failed(String why) ->
                                throw new IOException(place + ": " + why);
                    };
        } else {
            text = Files.readString(Path.of(place));
        }
        try {
            return Counters.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IOException(place + ": " + e.getMessage(), e);
        }
    }

    private static boolean pause(Duration time) {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    /** A checkpoint covers what was counted after a second or so. */
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private static final int ATTEMPTS = 5;
    private static final int LARGEST_METRICS = 4 << 20;
    private static final Duration METRICS_DEADLINE = Duration.ofSeconds(10);
}
