package io.overt.control.witness;

import io.overt.service.config.ConfigNode;
import io.overt.x509.tlog.LogCertificate;
import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.NoteKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The section {@code witness} of the configuration.
 *
 * @param listen where cosigned heads are served, and heads of logs taken
 * @param key file of the private key
 * @param interval between two looks at a log
 * @param deadline of each fetch
 * @param staleAfter how long a log may not grow
 * @param logs at least one
 */
public record WitnessSettings(
        InetSocketAddress listen,
        Path key,
        Duration interval,
        Duration deadline,
        Duration staleAfter,
        List<LogEntry> logs) {

    public WitnessSettings {
        logs = List.copyOf(logs);
    }

    /**
     * A log as it is written down: its key is given as such, or in a certificate.
     *
     * @param url of its folder
     */
    public record LogEntry(URI url, Optional<NoteKey> key, Optional<Path> certificate) {}

    /** Reads the section. */
    public static WitnessSettings read(ConfigNode node) {
        var listen = node.listenAddress("listen", "0.0.0.0:9448");
        var key = node.path("key");
        var interval =
                node.duration(
                        "interval",
                        Duration.ofSeconds(10),
                        Duration.ofMillis(100),
                        Duration.ofHours(1));
        var deadline =
                node.duration(
                        "deadline",
                        Duration.ofSeconds(5),
                        Duration.ofMillis(10),
                        Duration.ofMinutes(1));
        var staleAfter =
                node.duration(
                        "stale-after",
                        Duration.ofMinutes(3),
                        Duration.ofSeconds(1),
                        Duration.ofDays(7));
        var logs = node.sections("logs").stream().map(WitnessSettings::log).toList();
        if (logs.isEmpty()) {
            node.problem("logs", "none (expected: at least one)");
        }
        return new WitnessSettings(listen, key, interval, deadline, staleAfter, logs);
    }

    /**
     * The logs, with what their files say.
     *
     * @throws IllegalArgumentException naming what cannot be used
     */
    public List<WatchedLog> watched() {
        var origins = new HashSet<String>();
        var watched = new ArrayList<WatchedLog>();
        for (LogEntry entry : logs) {
            var log =
                    new WatchedLog(
                            entry.key()
                                    .orElseGet(() -> certified(entry.certificate().orElseThrow())),
                            entry.url());
            if (!origins.add(log.origin())) {
                throw new IllegalArgumentException(
                        "witness.logs: " + log.origin() + " twice (expected: each log once)");
            }
            watched.add(log);
        }
        return watched;
    }

    private static LogEntry log(ConfigNode node) {
        var url = node.required("url", URI.create("http://none/"), WitnessSettings::url);
        Optional<NoteKey> key = node.optional("key", WitnessSettings::vkey);
        Optional<Path> certificate = node.optionalPath("certificate");
        if (node.has("key") == node.has("certificate")) {
            node.problem("key", "expected: key or certificate, one of the two");
        }
        return new LogEntry(url, key, certificate);
    }

    private static URI url(String text) {
        var url = URI.create(text);
        if (url.getHost() == null || !List.of("http", "https").contains(url.getScheme())) {
            throw new IllegalArgumentException("http://host:port/path, or https");
        }
        return url;
    }

    private static NoteKey vkey(String text) {
        try {
            return NoteKey.parse(text);
        } catch (MalformedLogException e) {
            throw new IllegalArgumentException(
                    "a verifier key, name+id+Base64, as overt-signer create-log-key prints it", e);
        }
    }

    private static NoteKey certified(Path pem) {
        try (var in = Files.newInputStream(pem)) {
            return LogCertificate.key(
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(in));
        } catch (CertificateException | IOException e) {
            throw new IllegalArgumentException(pem + ": " + e, e);
        }
    }
}
