package io.overt.edge.exclusion.site;

import io.overt.edge.exclusion.Note.Verdict;
import io.overt.proto.site.v1.KeptVerdicts;
import io.overt.x509.Hashes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Administrators' verdicts on this edge's disk: what is confirmed outlives the whole site's being
 * restarted. A SHA-256 and then {@link KeptVerdicts}: a disk that changes a byte must not exclude
 * another host. Whoever writes the file on purpose owns the edge already. One caller at a time.
 */
final class VerdictFile {
    private final Path file;

    /** In this folder, which exists. */
    VerdictFile(Path folder) {
        this.file = folder.resolve("exclusion-verdicts");
    }

    Path file() {
        return file;
    }

    /**
     * What was kept; nothing where nothing ever was. A file that is not whole is put aside, for
     * people to look at.
     *
     * @throws IOException when there is something that cannot be read
     */
    List<Verdict> load() throws IOException {
        byte[] bytes;
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                throw broken(size + " bytes (expected: at most " + MOST_BYTES + ")");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException _) {
            return List.of();
        }
        if (bytes.length < DIGEST) {
            throw broken(bytes.length + " bytes (expected: at least " + DIGEST + ")");
        }
        var content = Arrays.copyOfRange(bytes, DIGEST, bytes.length);
        if (!Arrays.equals(Arrays.copyOf(bytes, DIGEST), Hashes.sha256(content))) {
            throw broken("its SHA-256 is not that of its content");
        }
        return KeptVerdicts.parseFrom(content).getNotesList().stream()
                .map(NoteCodec::decode)
                .flatMap(Optional::stream)
                .flatMap(note -> note instanceof Verdict each ? Stream.of(each) : Stream.of())
                .toList();
    }

    private IOException broken(String how) throws IOException {
        var aside = file.resolveSibling(file.getFileName() + ".broken");
        Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        return new IOException(file + ": " + how + "; put aside as " + aside.getFileName());
    }

    /**
     * Replaces what was kept. At any moment, also with the power gone, the file is whole: the old
     * one or the new one.
     */
    void save(List<Verdict> verdicts) throws IOException {
        var kept = KeptVerdicts.newBuilder();
        verdicts.forEach(each -> kept.addNotes(NoteCodec.encode(each)));
        var content = kept.build().toByteArray();
        var next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        // Host names and clients' addresses: for this process only.
        try (var channel =
                FileChannel.open(
                        next,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            write(channel, Hashes.sha256(content));
            write(channel, content);
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

    private static void write(FileChannel channel, byte[] bytes) throws IOException {
        var buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static final int DIGEST = 32;

    /** Above what the ledger's bounds allow by far. */
    private static final long MOST_BYTES = 64 << 20;
}
