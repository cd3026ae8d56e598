package io.overt.signer.log;

import io.overt.x509.tlog.TilePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A log as files, laid out as C2SP tlog-tiles serves it: any static web server below it makes it a
 * log for others. A file appears whole or not at all, and does not change once it is there, but for
 * the checkpoint. Reading is for any thread; one writes.
 *
 * @param root with {@code checkpoint} and {@code tile/} in it
 */
public record LogFolder(Path root) implements PublishedLog {

    @Override
    public byte[] read(TilePath path) throws IOException {
        try {
            return content(root.resolve(path.text()), LARGEST);
        } catch (NoSuchFileException _) {
            // A partial tile goes once the full one is there.
            return content(root.resolve(path.filled().text()), LARGEST);
        }
    }

    @Override
    public String place() {
        return root.toString();
    }

    @Override
    public Optional<byte[]> checkpoint() throws IOException {
        try {
            return Optional.of(content(root.resolve(CHECKPOINT), LARGEST));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /**
     * Writes tiles. They are on the disk for good when this returns.
     *
     * @throws IOException also when one is there already with other bytes: it may have been read
     */
    void write(Map<TilePath, byte[]> tiles) throws IOException {
        Set<Path> folders = new LinkedHashSet<>();
        for (Map.Entry<TilePath, byte[]> tile : tiles.entrySet()) {
            Path file = root.resolve(tile.getKey().text());
            if (Files.exists(file)) {
                if (!Arrays.equals(content(file, LARGEST), tile.getValue())) {
                    throw new IOException(file + ": is there already, with other bytes");
                }
                continue;
            }
            Path folder = root.resolve(parent(tile.getKey().text()));
            makeFolders(folder, folders);
            replace(file, tile.getValue());
            folders.add(folder);
        }
        for (Path folder : folders) {
            flush(folder);
        }
    }

    /** Puts a checkpoint in the place of the last one. */
    void publish(byte[] checkpoint) throws IOException {
        Set<Path> folders = new LinkedHashSet<>();
        makeFolders(root, folders);
        replace(root.resolve(CHECKPOINT), checkpoint);
        folders.add(root);
        for (Path folder : folders) {
            flush(folder);
        }
    }

    /** Removes the partial tiles that this full one, which is there, has made superfluous. */
    void removePartial(TilePath full) throws IOException {
        Path file = root.resolve(full.text());
        Path partial = file.resolveSibling(file.getFileName() + ".p");
        if (!Files.isDirectory(partial)) {
            return;
        }
        try (DirectoryStream<Path> each = Files.newDirectoryStream(partial)) {
            for (Path width : each) {
                Files.delete(width);
            }
        }
        Files.delete(partial);
    }

    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private static void replace(Path file, byte[] bytes) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh); // of a process that ended half-way
        try (FileChannel channel =
                        FileChannel.open(
                                fresh,
                                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rw-r-----")));
                OutputStream out = Channels.newOutputStream(channel)) {
            out.write(bytes);
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes a folder and those above it; notes those that have got a new name in them. */
    private static void makeFolders(Path folder, Set<Path> changed) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path above = folder.toAbsolutePath().getParent();
        if (above != null) {
            makeFolders(above, changed);
            changed.add(above);
        }
        Files.createDirectory(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
    }

    /** A new name is on the disk only when its folder is. */
    private static void flush(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static byte[] content(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new IOException("%s: larger than %d bytes".formatted(file, most));
            }
            return bytes;
        }
    }

    private static final String CHECKPOINT = "checkpoint";

    /** A bundle of 256 of the longest entries. */
    private static final int LARGEST = 256 * (2 + 0xffff);
}
