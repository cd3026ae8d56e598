package io.overt.service.approval;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the data types of RFC 4251 §5 from a buffer that may be anybody's. */
final class SshReader {

    private final ByteBuffer in;

    SshReader(byte[] content) {
        this.in = ByteBuffer.wrap(content);
    }

    int uint32(String what) throws MalformedSshException {
        if (in.remaining() < Integer.BYTES) {
            throw new MalformedSshException("it ends before its " + what);
        }
        return in.getInt();
    }

    int octet(String what) throws MalformedSshException {
        return fixed(what, 1)[0] & 0xff;
    }

    byte[] string(String what) throws MalformedSshException {
        int length = uint32(what);
        if (length < 0 || length > in.remaining()) {
            throw new MalformedSshException("it ends within its " + what);
        }
        return fixed(what, length);
    }

    /** A string that must have this length. */
    byte[] bytes(String what, int length) throws MalformedSshException {
        byte[] read = string(what);
        if (read.length != length) {
            throw new MalformedSshException(
                    "a %s of %d bytes (expected: %d)".formatted(what, read.length, length));
        }
        return read;
    }

    String text(String what) throws MalformedSshException {
        return new String(string(what), StandardCharsets.UTF_8);
    }

    /** Bytes without a length of their own. */
    byte[] fixed(String what, int length) throws MalformedSshException {
        if (length > in.remaining()) {
            throw new MalformedSshException("it ends within its " + what);
        }
        byte[] read = new byte[length];
        in.get(read);
        return read;
    }

    void requireEnd() throws MalformedSshException {
        if (in.hasRemaining()) {
            throw new MalformedSshException(in.remaining() + " bytes too many");
        }
    }
}
