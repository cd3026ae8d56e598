package io.overt.service.approval;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file that somebody handed in, up to a limit. */
final class BoundedFile {

    static byte[] read(Path file, int limit) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(limit + 1);
            if (content.length > limit) {
                throw new IOException(
                        "%s: more than %d bytes (expected: at most so many)"
                                .formatted(file, limit));
            }
            return content;
        }
    }

    private BoundedFile() {}
}
