package io.overt.control.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A person's token on disk, for its owner alone: whoever reads it is that person to the control
 * plane.
 */
final class TokenFile {

    /**
     * Reads it.
     *
     * @throws IOException also when others may read it
     */
    static String read(Path file) throws IOException {
        var others = Files.getPosixFilePermissions(file).stream().filter(OTHERS::contains).toList();
        if (!others.isEmpty()) {
            throw new IOException(
                    file
                            + ": mode "
                            + PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                            + " (expected: rw-------, a token is for its owner alone)");
        }
        return Files.readString(file, StandardCharsets.US_ASCII).strip();
    }

    /** Writes it, in the place of one that is there. */
    static void write(Path file, String token) throws IOException {
        var folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + ": is no file");
        }
        Files.createDirectories(folder);
        var fresh =
                Files.createTempFile(
                        folder,
                        ".token",
                        "",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, token + "\n", StandardCharsets.US_ASCII);
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static final Set<PosixFilePermission> OTHERS =
            PosixFilePermissions.fromString("---rwxrwx");

    private TokenFile() {}
}
