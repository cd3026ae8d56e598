package io.overt.edge.policy.site;

import com.google.protobuf.ByteString;
import io.overt.service.bundle.PolicySignature;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What one edge of the site runs.
 *
 * @param version number of the policy version
 * @param sha256 of the bundle as it travels, its approvals included
 * @param size of that in bytes
 * @param edge its name in the site
 */
record Running(long version, ByteString sha256, int size, String edge) {

    Running {
        if (version < 1 || sha256.size() != DIGEST || size < 1 || edge.isEmpty()) {
            throw new IllegalArgumentException(
                    "version %d, %d bytes of digest, size %d, edge '%s'"
                            .formatted(version, sha256.size(), size, edge));
        }
    }

    static Running of(long version, ByteString bundle, String edge) {
        return new Running(
                version,
                ByteString.copyFrom(PolicySignature.sha256(bundle.toByteArray())),
                bundle.size(),
                edge);
    }

    int pieces() {
        return (size + PIECE - 1) / PIECE;
    }

    /** Under which a piece lies, whoever laid it there: its content is the same. */
    byte[] pieceKey(int piece) {
        return ByteBuffer.allocate(DIGEST + Integer.BYTES)
                .put(sha256.toByteArray())
                .putInt(piece)
                .array();
    }

    ByteString piece(ByteString bundle, int piece) {
        return bundle.substring(piece * PIECE, Math.min(size, (piece + 1) * PIECE));
    }

    byte[] encoded() {
        var name = edge.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(HEAD + name.length)
                .put(FORM)
                .putLong(version)
                .put(sha256.toByteArray())
                .putInt(size)
                .put(name)
                .array();
    }

    /** Empty where it is of another form, or nonsense. */
    static Optional<Running> decoded(ByteString value) {
        if (value.size() <= HEAD || value.byteAt(0) != FORM) {
            return Optional.empty();
        }
        var in = value.asReadOnlyByteBuffer();
        in.get();
        long version = in.getLong();
        var digest = new byte[DIGEST];
        in.get(digest);
        int size = in.getInt();
        var name = StandardCharsets.UTF_8.decode(in).toString();
        return version < 1 || size < 1
                ? Optional.empty()
                : Optional.of(new Running(version, ByteString.copyFrom(digest), size, name));
    }

    private static final byte FORM = 1;
    private static final int DIGEST = 32;
    private static final int HEAD = 1 + Long.BYTES + DIGEST + Integer.BYTES;

    /** Far below what a partition's thread would be busy with for long. */
    static final int PIECE = 256 << 10;
}
