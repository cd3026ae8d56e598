package io.overt.control.store;

import com.google.protobuf.ByteString;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The form of a backup: a line that names it; then, packed by gzip, what it is of and the rows of
 * each table; then the SHA-256 of all that. Of neither database, so that each can read what the
 * other wrote.
 */
final class BackupFile {

    /**
     * What a backup is of.
     *
     * @param made when
     * @param source which kind of database it comes from, for people
     * @param steps numbers of the steps that its schema went through
     */
    record Head(Instant made, String source, List<Integer> steps) {
        Head {
            steps = List.copyOf(steps);
        }

        void write(DataOutputStream out) throws IOException {
            out.writeLong(made.toEpochMilli());
            out.writeUTF(source);
            out.writeInt(steps.size());
            for (int step : steps) {
                out.writeInt(step);
            }
        }

        static Head read(DataInputStream in) throws IOException {
            var made = Instant.ofEpochMilli(in.readLong());
            var source = in.readUTF();
            int count = in.readInt();
            var steps = new ArrayList<Integer>();
            for (int i = 0; i < count; i++) {
                steps.add(in.readInt());
            }
            return new Head(made, source, steps);
        }
    }

    /**
     * The head of a table; its rows follow, in an order in which each finds those that it refers
     * to.
     */
    record Table(String name, List<String> columns) {
        Table {
            columns = List.copyOf(columns);
        }

        void write(DataOutputStream out) throws IOException {
            out.writeByte(MORE);
            out.writeUTF(name);
            out.writeInt(columns.size());
            for (var column : columns) {
                out.writeUTF(column);
            }
        }

        static Optional<Table> read(DataInputStream in) throws IOException {
            if (in.readByte() == END) {
                return Optional.empty();
            }
            var name = in.readUTF();
            int count = in.readInt();
            var columns = new ArrayList<String>();
            for (int i = 0; i < count; i++) {
                columns.add(in.readUTF());
            }
            return Optional.of(new Table(name, columns));
        }
    }

    /** One value of a row. */
    sealed interface Cell {
        /** Nothing. */
        record Nothing() implements Cell {}

        /** A whole number. */
        record Whole(long value) implements Cell {}

        /** A text. */
        record Text(String value) implements Cell {}

        /** Bytes. */
        record Bytes(ByteString value) implements Cell {}

        default void write(DataOutputStream out) throws IOException {
            switch (this) {
                case Nothing() -> out.writeByte('0');
                case Whole(long value) -> {
                    out.writeByte('n');
                    out.writeLong(value);
                }
                case Text(var value) -> {
                    out.writeByte('t');
                    bytes(out, ByteString.copyFromUtf8(value));
                }
                case Bytes(var value) -> {
                    out.writeByte('b');
                    bytes(out, value);
                }
            }
        }

        static Cell read(DataInputStream in) throws IOException {
            byte kind = in.readByte();
            return switch (kind) {
                case '0' -> new Nothing();
                case 'n' -> new Whole(in.readLong());
                case 't' -> new Text(bytes(in).toStringUtf8());
                case 'b' -> new Bytes(bytes(in));
                default ->
                        throw new IOException(
                                "value of kind " + kind + " (expected: 0, n, t or b)");
            };
        }

        private static void bytes(DataOutputStream out, ByteString value) throws IOException {
            out.writeInt(value.size());
            value.writeTo(out);
        }

        private static ByteString bytes(DataInputStream in) throws IOException {
            int length = in.readInt();
            var value = in.readNBytes(length);
            if (value.length < length) {
                throw new EOFException();
            }
            return ByteString.copyFrom(value);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Whether the file is a backup, whole and undamaged.
     *
     * @return what is wrong with it
     */
    static Optional<String> damage(Path file) throws IOException {
        long length = Files.size(file) - DIGEST_BYTES;
        try (var in = Files.newInputStream(file)) {
            var digest = sha256();
            var magic = in.readNBytes(MAGIC.length);
            if (!Arrays.equals(magic, MAGIC) || length < MAGIC.length) {
                return Optional.of("is no backup of overt-control");
            }
            digest.update(magic);
            var buffer = new byte[1 << 16];
            long left = length - magic.length;
            while (left > 0) {
                int read = in.readNBytes(buffer, 0, (int) Math.min(left, buffer.length));
                if (read == 0) {
                    return Optional.of("became shorter while it was read");
                }
                digest.update(buffer, 0, read);
                left -= read;
            }
            return MessageDigest.isEqual(digest.digest(), in.readNBytes(DIGEST_BYTES))
                    ? Optional.empty()
                    : Optional.of(
                            "is damaged or not whole: it does not have the digest at its end");
        }
    }

    /** The packed part of a file that {@link #damage} has found nothing wrong with. */
    static InputStream packed(Path file) throws IOException {
        var in = Files.newInputStream(file);
        in.skipNBytes(MAGIC.length);
        // gzip ends by itself, before the digest.
        return in;
    }

    static final byte MORE = 1;
    static final byte END = 0;
    static final byte[] MAGIC = "overt-control backup 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = 32;

    private BackupFile() {}
}
