package io.overt.signer;

import io.overt.signer.log.LogEntries;
import io.overt.signer.log.LogLine;
import io.overt.signer.log.LogReader;
import io.overt.signer.log.PublishedLog;
import io.overt.x509.tlog.MerkleProof;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.TiledTree;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints entries as they come. */
@Command(
        name = "tail",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Print the last entries, and with --follow those that come; without --readers-key without host names.")
final class LogTail extends LogReading {

    @Option(
            names = "--lines",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many of the last (default: ${DEFAULT-VALUE}).")
    private long lines;

    @Option(names = "--follow", description = "Go on until interrupted.")
    private boolean follow;

    @Override
    int run(PublishedLog log, NoteKey key, Optional<LogReader> reader) throws IOException {
        TreeHead head = LogEntries.head(log, key).checkpoint().head();
        long size = head.size();
        long shown = Math.max(0, size - lines);
        // The keys of what is shown are in entries before it.
        long read = reader.isPresent() ? 0 : shown;
        while (true) {
            print(log, read, shown, size, reader);
            out().flush();
            read = size;
            shown = size;
            if (!follow || !pause()) {
                return 0;
            }
            TreeHead next = LogEntries.head(log, key).checkpoint().head();
            if (next.size() >= size) {
                // Whoever follows a log notices when it begins to tell another history.
                MerkleProof.requireConsistency(
                        head, next, new TiledTree(log, next.size()).consistency(size));
                head = next;
                size = next.size();
            }
        }
    }

    private void print(PublishedLog log, long read, long from, long to, Optional<LogReader> reader)
            throws IOException {
        LogEntries.each(
                log,
                read,
                to,
                (index, entry) -> {
                    LogLine line = LogLine.of(index, entry, reader);
                    if (index >= from) {
                        out().println(line.text());
                    }
                });
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** As often as a log is published. */
    private static final Duration PAUSE = Duration.ofSeconds(1);
}
