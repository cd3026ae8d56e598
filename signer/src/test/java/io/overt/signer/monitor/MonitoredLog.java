package io.overt.signer.monitor;

import io.overt.proto.log.v1.Entry;
import io.overt.signer.issue.NeverForged;
import io.overt.signer.log.CeremonyDemands;
import io.overt.signer.log.Finding;
import io.overt.signer.log.Finding.Kind;
import io.overt.signer.log.Issuances;
import io.overt.signer.log.LogEntries;
import io.overt.signer.log.TestLog;
import io.overt.signer.monitor.LogMonitor.Look;
import io.overt.signer.store.SqliteStore;
import io.overt.x509.TrustAnchors;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A log that a signer's own parts write, and a monitor of it. Not thread-safe; whoever opens it
 * closes it.
 */
final class MonitoredLog implements AutoCloseable {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final Path directory;
    final Issuances issuances = new Issuances();
    SqliteStore store;
    TestLog log;
    Optional<TrustAnchors> anchors = Optional.of(issuances.anchors());
    NeverForged watched = new NeverForged(List.of());
    CeremonyDemands demands = CeremonyDemands.NONE;
    Optional<LogMonitor.MetricsSource> metrics = Optional.empty();
    LogMonitor.Pause pause = _ -> false;

    /** With an issuer, and nothing that it signed. */
    static MonitoredLog open(Path directory) throws Exception {
        MonitoredLog opened = new MonitoredLog(directory);
        opened.log.log().standing(List.of(opened.issuances.issuer()));
        return opened;
    }

    /** With nothing in it but what a start writes. */
    MonitoredLog(Path directory) throws Exception {
        this.directory = directory;
        store = SqliteStore.open(directory.resolve("signer.db"), LONG);
        log = TestLog.open(directory, store);
    }

    @Override
    public void close() {
        log.close();
        store.close();
    }

    /** Has everything published that is there. */
    void publish() throws Exception {
        close();
        store = SqliteStore.open(directory.resolve("signer.db"), LONG);
        log = TestLog.open(directory, store);
    }

    LogMonitor monitor() {
        return new LogMonitor(
                new LogMonitor.Settings(
                        log.folder(),
                        log.key(),
                        log::reader,
                        anchors,
                        watched,
                        demands,
                        metrics,
                        pause));
    }

    Look look() throws Exception {
        return look(beginning());
    }

    Look look(MonitorState before) throws Exception {
        publish();
        return monitor().look(before);
    }

    MonitorState beginning() {
        return MonitorState.beginning(log.key().name());
    }

    List<Entry> entries() throws Exception {
        publish();
        List<Entry> entries = new ArrayList<>();
        LogEntries.each(
                log.folder(), 0, store.size(), (_, bytes) -> entries.add(Entry.parseFrom(bytes)));
        return entries;
    }

    static List<Kind> kinds(Look look) {
        return look.findings().stream().map(Finding::kind).toList();
    }
}
