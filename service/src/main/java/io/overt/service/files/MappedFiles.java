package io.overt.service.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Memory that is files, so that the kernel may write it out: neither heap nor memory that is
 * nobody's. Each file's name is gone as soon as it is mapped. As many threads may use one as its
 * arena allows.
 */
public final class MappedFiles implements SegmentAllocator {
    private final Path folder;
    private final Arena arena;

    /**
     * @param folder that is there, on a disk with room
     * @param arena of the memory; with it the room on the disk is given back
     */
    public MappedFiles(Path folder, Arena arena) {
        this.folder = folder;
        this.arena = arena;
    }

    /**
     * {@inheritDoc}
     *
     * @throws UncheckedIOException when the folder cannot be written
     */
    @Override
    public MemorySegment allocate(long size, long alignment) {
        try {
            Path file = Files.createTempFile(folder, "memory", "");
            try (FileChannel channel =
                    FileChannel.open(
                            file,
                            Set.of(
                                    StandardOpenOption.READ,
                                    StandardOpenOption.WRITE,
                                    StandardOpenOption.DELETE_ON_CLOSE))) {
                return channel.map(MapMode.READ_WRITE, 0, size, arena);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file to read, as long as the arena is open. */
    public static MemorySegment read(Path file, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    /** Writes a file out of memory, and waits for the disk. */
    public static void write(Path file, MemorySegment octets) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            var buffer = octets.asByteBuffer();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }
}
