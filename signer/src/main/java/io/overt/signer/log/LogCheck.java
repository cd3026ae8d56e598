package io.overt.signer.log;

import io.overt.signer.log.Finding.Kind;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.TilePath;
import io.overt.x509.tlog.TreeGrowth;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Verifies a whole log from its folder alone: signature, tiles, entries against tiles, and what the
 * entries say against each other. Knows no more than the folder, the log's key and, if it is given
 * one, the readers' key. Confined to one thread; holds about 200 bytes a certificate.
 */
public final class LogCheck {

    /**
     * What came of it.
     *
     * @param head that was signed; empty when there is no such
     * @param intents entries of this kind
     * @param results likewise
     * @param open intents that have no result: under way, cut off, or withheld
     * @param findings none when the log is good
     */
    public record Report(
            Optional<TreeHead> head,
            long intents,
            long results,
            long open,
            List<Finding> findings) {}

    private final PublishedLog folder;
    private final EntryRules rules;
    private final List<Finding> findings = new ArrayList<>();
    private final TreeGrowth growth = new TreeGrowth();

    private LogCheck(PublishedLog folder, Optional<LogReader> reader, CeremonyDemands demands) {
        this.folder = folder;
        this.rules = new EntryRules(reader, demands, findings, EntryRules.Seen.NOBODY);
    }

    /** Verifies a log. */
    public static Report of(PublishedLog folder, NoteKey key, Optional<LogReader> reader) {
        return of(folder, key, reader, CeremonyDemands.NONE);
    }

    /** Verifies a log, and asks more of its ceremonies. */
    public static Report of(
            PublishedLog folder, NoteKey key, Optional<LogReader> reader, CeremonyDemands demands) {
        LogCheck check = new LogCheck(folder, reader, demands);
        Optional<TreeHead> head = Optional.empty();
        try {
            TreeHead signed = LogEntries.head(folder, key).checkpoint().head();
            head = Optional.of(signed);
            check.tree(signed);
        } catch (IOException e) {
            check.findings.add(
                    new Finding(
                            Kind.LOG,
                            head.isEmpty() ? "checkpoint" : "log",
                            String.valueOf(e.getMessage())));
        }
        return new Report(
                head,
                check.rules.intents(),
                check.rules.results(),
                check.rules.open(),
                List.copyOf(check.findings));
    }

    private void tree(TreeHead signed) throws IOException {
        LogEntries.each(
                folder,
                0,
                signed.size(),
                (index, bytes) -> {
                    growth.append(bytes);
                    if (index % TilePath.FULL == TilePath.FULL - 1) {
                        // Partial tiles are those of sizes that were signed, which this need not
                        // be.
                        growth.tiles().forEach(this::fullTile);
                    }
                    rules.take(index, bytes);
                });
        growth.tiles().forEach(this::tile);
        if (!growth.head().equals(signed)) {
            findings.add(
                    new Finding(
                            Kind.LOG,
                            "checkpoint",
                            "root %s of %d entries (expected: %s, by the entries that are there)"
                                    .formatted(
                                            signed.root(), signed.size(), growth.head().root())));
        }
    }

    private void fullTile(TilePath path, byte[] made) {
        if (path.full()) {
            tile(path, made);
        }
    }

    /** A tile of hashes that is there, with the one that the entries make. */
    private void tile(TilePath path, byte[] made) {
        if (path.level() instanceof TilePath.Level.Entries) {
            return; // what it was made of
        }
        try {
            byte[] there = folder.read(path);
            if (there.length < made.length
                    || !Arrays.equals(there, 0, made.length, made, 0, made.length)) {
                findings.add(
                        new Finding(
                                Kind.LOG, path.text(), "not the hashes of the entries below it"));
            }
        } catch (IOException e) {
            findings.add(new Finding(Kind.LOG, path.text(), "cannot be read: " + e.getMessage()));
        }
    }
}
