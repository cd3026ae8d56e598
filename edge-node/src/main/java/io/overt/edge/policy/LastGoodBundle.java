package io.overt.edge.policy;

import io.overt.proto.policy.v1.PolicyBundle;
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
 * The last version that was in force, so that an edge starts without its control plane. The file is
 * believed no more than the network: it is verified again when it is read. Confined to the feed's
 * lock.
 */
final class LastGoodBundle {
    private final Path file;
    private final long maxBytes;

    /**
     * In this folder, which exists.
     *
     * @param maxBytes a larger file is not read
     */
    LastGoodBundle(Path folder, long maxBytes) {
        this.file = folder.resolve("last-good.bundle");
        this.maxBytes = maxBytes;
    }

    Path file() {
        return file;
    }

    /**
     * What was kept; nothing where nothing was ever kept.
     *
     * @throws IOException when there is something that cannot be read as a bundle
     */
    Optional<PolicyBundle> load() throws IOException {
        try {
            long size = Files.size(file);
            if (size > maxBytes) {
                throw new IOException(
                        file + ": " + size + " bytes (expected: at most " + maxBytes + ")");
            }
            return Optional.of(PolicyBundle.parseFrom(Files.readAllBytes(file)));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /**
     * Replaces what was kept. At any moment, also with the power gone, the file is whole: the old
     * one or the new one.
     */
    void save(PolicyBundle bundle) throws IOException {
        var next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        try (var channel =
                FileChannel.open(
                        next,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            var bytes = bundle.toByteString().asReadOnlyByteBuffer();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // The name is on the disk only once its folder is.
        try (var folder =
                FileChannel.open(
                        file.toAbsolutePath().resolveSibling("."), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
