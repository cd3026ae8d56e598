package io.overt.edge.policy;

import io.overt.policy.list.ListDelta.Pieces;
import io.overt.policy.list.ListTree.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Pieces of a list as they arrive, one after another in a file, so that after a break only the rest
 * has to come. Nothing of it is believed when it is opened again: each piece is what its digest
 * says, and what was cut short at the end is cut off. Confined to one thread; whoever opens it
 * closes it.
 */
final class PieceFile implements Pieces, AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final Map<Digest, Place> places = new HashMap<>();
    private long end;
    private MemorySegment mapped = MemorySegment.NULL;

    private record Place(long at, int length) {}

    private PieceFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static PieceFile open(Path file) throws IOException {
        var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            var pieces = new PieceFile(file, channel);
            pieces.read();
            return pieces;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void read() throws IOException {
        var whole = channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        while (whole.byteSize() - end >= HEAD) {
            int length = whole.get(ValueLayout.JAVA_INT_UNALIGNED, end);
            if (length <= 0 || length > whole.byteSize() - end - HEAD) {
                break;
            }
            byte[] octets = whole.asSlice(end + HEAD, length).toArray(ValueLayout.JAVA_BYTE);
            places.put(Digest.of(octets), new Place(end + HEAD, length));
            end += HEAD + length;
        }
        channel.truncate(end);
    }

    /** Number of pieces. */
    int size() {
        return places.size();
    }

    /** Keeps a piece. */
    void add(Digest digest, byte[] octets) throws IOException {
        var record =
                ByteBuffer.allocate(HEAD + octets.length).order(java.nio.ByteOrder.nativeOrder());
        record.putInt(octets.length).put(octets).flip();
        long at = end;
        while (record.hasRemaining()) {
            at += channel.write(record, at);
        }
        places.put(digest, new Place(end + HEAD, octets.length));
        end = at;
    }

    @Override
    public Optional<MemorySegment> piece(Digest digest) {
        var place = places.get(digest);
        if (place == null) {
            return Optional.empty();
        }
        if (place.at() + place.length() > mapped.byteSize()) {
            try {
                mapped = channel.map(MapMode.READ_ONLY, 0, end, Arena.ofAuto());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Optional.of(mapped.asSlice(place.at(), place.length()));
    }

    /** It was all put together. */
    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** A length. */
    private static final int HEAD = 4;
}
