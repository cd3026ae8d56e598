package io.overt.signer.log;

import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.EntryBundle;
import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TilePath;
import io.overt.x509.tlog.TilePath.Level;
import java.io.IOException;
import java.util.List;

/** Reads a log's signed head, and its entries one after the other. */
public final class LogEntries {

    private LogEntries() {}

    /** Takes entries. */
    @FunctionalInterface
    public interface Visitor {
        /** The next one. */
        void entry(long index, byte[] entry) throws IOException;
    }

    /**
     * A head and the note that it stands in.
     *
     * @param note as it is on the disk
     */
    public record Head(Checkpoint checkpoint, SignedNote note) {
        /** Entries that it covers. */
        public long size() {
            return checkpoint.head().size();
        }
    }

    /**
     * The checkpoint that is there.
     *
     * @throws IOException when there is none, or it is not of this key and origin
     */
    public static Head head(PublishedLog log, NoteKey key) throws IOException {
        SignedNote note =
                SignedNote.parse(
                        log.checkpoint()
                                .orElseThrow(
                                        () ->
                                                new MalformedLogException(
                                                        log.place()
                                                                + ": no checkpoint (expected: the folder of a log)")));
        return new Head(Checkpoint.verified(note, key), note);
    }

    /** Shows the entries of a log of this size, from one of them on. */
    public static void each(PublishedLog log, long from, long size, Visitor visitor)
            throws IOException {
        for (long bundle = from / TilePath.FULL; bundle * TilePath.FULL < size; bundle++) {
            TilePath path = TilePath.inTree(new Level.Entries(), bundle, size);
            long index = bundle * TilePath.FULL;
            for (byte[] entry : parse(log, path)) {
                if (index >= from) {
                    visitor.entry(index, entry);
                }
                index++;
            }
        }
    }

    private static List<byte[]> parse(PublishedLog log, TilePath path) throws IOException {
        try {
            return EntryBundle.parse(log.read(path), path.width());
        } catch (MalformedLogException e) {
            throw new MalformedLogException(path + ": " + e.getMessage());
        }
    }
}
