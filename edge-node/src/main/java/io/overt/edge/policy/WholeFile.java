package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * A file of this edge's own that is replaced as a whole: at any moment, also with the power gone,
 * it is the old one or the new one. Confined to whoever holds its owner's lock.
 *
 * @param path in a folder that exists
 * @param maxBytes a larger file is not read
 */
record WholeFile(Path path, long maxBytes) {

    /**
     * What was kept; nothing where nothing was ever kept.
     *
     * @throws IOException when it is too large or cannot be read
     */
    Optional<ByteString> load() throws IOException {
        try {
            long size = Files.size(path);
            if (size > maxBytes) {
                throw new IOException(
                        path + ": " + size + " bytes (expected: at most " + maxBytes + ")");
            }
            return Optional.of(ByteString.copyFrom(Files.readAllBytes(path)));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** Replaces what was kept. */
    void save(ByteString content) throws IOException {
        var next = path.resolveSibling(path.getFileName() + ".next");
        Files.deleteIfExists(next);
        try (var channel =
                FileChannel.open(
                        next,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            var bytes = content.asReadOnlyByteBuffer();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // The name is on the disk only once its folder is.
        try (var folder =
                FileChannel.open(
                        path.toAbsolutePath().resolveSibling("."), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
