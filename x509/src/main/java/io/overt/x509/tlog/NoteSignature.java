package io.overt.x509.tlog;

import java.util.Arrays;
import java.util.Base64;

/**
 * One signature line of a note.
 *
 * @param name of the key
 * @param keyId of the key; with the name it says which key, and by which algorithm
 * @param signature as the algorithm encodes it
 */
@SuppressWarnings("ArrayRecordComponent") // copied, and compared below
public record NoteSignature(String name, int keyId, byte[] signature) {

    public NoteSignature {
        NoteKey.requireName(name);
        signature = signature.clone();
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteSignature that
                && name.equals(that.name)
                && keyId == that.keyId
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + keyId;
    }

    /** The line, without its end. */
    public String line() {
        byte[] bytes = new byte[4 + signature.length];
        for (int i = 0; i < 4; i++) {
            bytes[i] = (byte) (keyId >>> (24 - 8 * i));
        }
        System.arraycopy(signature, 0, bytes, 4, signature.length);
        return MARK + name + " " + Base64.getEncoder().encodeToString(bytes);
    }

    static NoteSignature parse(String line) throws MalformedLogException {
        int space = line.indexOf(' ', MARK.length());
        if (!line.startsWith(MARK) || space < 0) {
            throw new MalformedLogException(
                    "signature line: '%s' (expected: em dash, key name, Base64)".formatted(line));
        }
        byte[] bytes = Base64Text.decode(line.substring(space + 1));
        if (bytes.length < 5) {
            throw new MalformedLogException(
                    "signature: %d bytes (expected: a key id of 4, and more)"
                            .formatted(bytes.length));
        }
        int keyId = 0;
        for (int i = 0; i < 4; i++) {
            keyId = keyId << 8 | (bytes[i] & 0xff);
        }
        try {
            return new NoteSignature(
                    line.substring(MARK.length(), space),
                    keyId,
                    Arrays.copyOfRange(bytes, 4, bytes.length));
        } catch (IllegalArgumentException e) {
            throw new MalformedLogException(String.valueOf(e.getMessage()), e);
        }
    }

    private static final String MARK = "\u2014 ";
}
