package io.overt.control.author;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** A file of records, line by line, never more than one line of it in memory. */
public final class RecordFile {

    /**
     * Feeds every line to the dry run. Names ending in {@code .gz} are unpacked on the way; {@code
     * -} is {@code standardInput}.
     *
     * @throws IOException when the file cannot be read, or breaks off
     */
    public static void feed(Path file, InputStream standardInput, DryRun run) throws IOException {
        if (file.toString().equals("-")) {
            feed("standard input", standardInput, run);
            return;
        }
        try (var raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
                var in =
                        file.toString().endsWith(".gz")
                                ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER)
                                : raw) {
            feed(file.toString(), in, run);
        }
    }

    static void feed(String name, InputStream in, DryRun run) throws IOException {
        var line = new ByteArrayOutputStream();
        var buffer = new byte[BUFFER];
        long number = 1;
        boolean oversized = false;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            int start = 0;
            for (int i = 0; i < read; i++) {
                if (buffer[i] != '\n') {
                    continue;
                }
                take(line, buffer, start, i - start);
                deliver(name, number++, line, oversized, run);
                line.reset();
                oversized = false;
                start = i + 1;
            }
            if (line.size() + read - start > LONGEST_LINE) {
                oversized = true;
                line.reset();
            } else {
                take(line, buffer, start, read - start);
            }
        }
        if (line.size() > 0 || oversized) {
            deliver(name, number, line, oversized, run);
        }
    }

    private static void take(ByteArrayOutputStream line, byte[] buffer, int start, int length) {
        line.write(buffer, start, length);
    }

    private static void deliver(
            String name, long number, ByteArrayOutputStream line, boolean oversized, DryRun run) {
        if (oversized) {
            run.acceptOversized(name, number, LONGEST_LINE);
            return;
        }
        var text = line.toString(StandardCharsets.UTF_8);
        if (!text.isBlank()) {
            run.accept(name, number, text);
        }
    }

    private RecordFile() {}

    private static final int BUFFER = 1 << 16;

    /** An edge's longest record, with 32 blocked requests and their URLs, is far below. */
    private static final int LONGEST_LINE = 1 << 20;
}
