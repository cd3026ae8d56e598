package io.overt.x509.tlog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * A witness's word on a checkpoint (C2SP tlog-cosignature, cosignature/v1): of all heads of this
 * log that it saw until this time, this is the largest, and all of them are consistent.
 */
public final class Cosignature {

    private Cosignature() {}

    /** What a witness signs: a header, the time, and the text of the checkpoint. */
    public static byte[] message(String text, Instant time) {
        return message(text, time.getEpochSecond());
    }

    static byte[] message(String text, long time) {
        return ("cosignature/v1\ntime " + time + "\n" + text).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The line of a note that it becomes.
     *
     * @param key the witness's
     * @param ed25519 over {@link #message}
     */
    public static NoteSignature line(NoteKey key, Instant time, byte[] ed25519) {
        return new NoteSignature(
                key.name(),
                key.id(),
                ByteBuffer.allocate(TIME + ed25519.length)
                        .putLong(time.getEpochSecond())
                        .put(ed25519)
                        .array());
    }

    /**
     * When a witness said so.
     *
     * @throws MalformedLogException when it did not, or its signature does not verify
     */
    public static Instant time(SignedNote note, NoteKey witness) throws MalformedLogException {
        var _ = note.verified(List.of(witness));
        for (NoteSignature signature : note.signatures()) {
            if (signature.name().equals(witness.name()) && signature.keyId() == witness.id()) {
                return Instant.ofEpochSecond(ByteBuffer.wrap(signature.signature()).getLong());
            }
        }
        throw new MalformedLogException("note: not cosigned by " + witness.name());
    }

    /** Bytes of the time before the signature. */
    static final int TIME = Long.BYTES;
}
