package io.overt.control.author;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Records that came with a call, line by line. */
public final class RecordLines {

    /** Feeds every line to the dry run. */
    public static void feed(byte[] records, DryRun run) {
        try {
            RecordFile.feed("records", new ByteArrayInputStream(records), run);
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory cannot fail", e);
        }
    }

    private RecordLines() {}
}
