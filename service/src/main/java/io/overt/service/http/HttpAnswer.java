package io.overt.service.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The head of an answer (RFC 9112), and how its body ends. What could be cut short unnoticed, is
 * packed, or has two lengths is refused. Confined to one thread.
 */
final class HttpAnswer {
    private final int status;
    private final Map<String, String> headers;

    /** The peer does not speak HTTP/1.1 as we need it. */
    static final class MalformedAnswerException extends IOException {
        private static final long serialVersionUID = 1;

        MalformedAnswerException(String message) {
            super(message);
        }
    }

    private HttpAnswer(int status, Map<String, String> headers) {
        this.status = status;
        this.headers = headers;
    }

    static HttpAnswer read(InputStream in) throws IOException {
        for (int i = 0; i < MOST_INTERIM; i++) {
            var answer = readOne(in);
            if (answer.status >= 200) {
                return answer;
            }
        }
        throw new MalformedAnswerException("only interim answers");
    }

    private static HttpAnswer readOne(InputStream in) throws IOException {
        var line = line(in, LONGEST_HEAD);
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw new MalformedAnswerException("does not answer in HTTP/1.1");
        }
        int room = LONGEST_HEAD - line.length();
        var headers = new HashMap<String, String>();
        for (var header = line(in, room); !header.isEmpty(); header = line(in, room)) {
            room -= header.length();
            int colon = header.indexOf(':');
            if (colon < 1 || Character.isWhitespace(header.charAt(colon - 1))) {
                throw new MalformedAnswerException("has a header without a name");
            }
            var name = header.substring(0, colon).toLowerCase(Locale.ROOT);
            var value = header.substring(colon + 1).strip();
            var before = headers.putIfAbsent(name, value);
            if (before != null && !before.equals(value) && FRAMING.contains(name)) {
                throw new MalformedAnswerException("has two of " + name);
            }
        }
        return new HttpAnswer(Integer.parseInt(line.substring(9, 12)), headers);
    }

    int status() {
        return status;
    }

    /** The first of this name. */
    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name)).filter(value -> value.length() <= LONGEST);
    }

    /** All of the body and nothing else; ends in an exception where it is cut short. */
    InputStream body(InputStream in) throws IOException {
        var coding = headers.getOrDefault("content-encoding", "identity");
        if (!coding.equalsIgnoreCase("identity")) {
            throw new MalformedAnswerException("is packed by " + coding);
        }
        var transfer = headers.get("transfer-encoding");
        var length = headers.get("content-length");
        if (transfer != null && length == null && transfer.equalsIgnoreCase("chunked")) {
            return new Chunked(in);
        }
        if (transfer == null && length != null && length.matches("[0-9]{1,18}")) {
            return new Exactly(in, Long.parseLong(length));
        }
        throw new MalformedAnswerException(
                "does not say where its body ends (expected: content-length, or chunked)");
    }

    private static String line(InputStream in, int room) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException("ends within its head");
            }
            if (line.size() >= room) {
                throw new MalformedAnswerException("has a head of more than " + LONGEST_HEAD);
            }
            line.write(octet);
        }
        var text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private static class Exactly extends InputStream {
        private final InputStream in;
        private long left;

        Exactly(InputStream in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(octets, from, (int) Math.min(left, length));
            if (read < 0) {
                throw new EOFException("ends with " + left + " bytes missing");
            }
            left -= read;
            return read;
        }
    }

    private static final class Chunked extends InputStream {
        private final InputStream in;
        private InputStream chunk;
        private boolean first = true;
        private boolean ended;

        Chunked(InputStream in) {
            this.in = in;
            this.chunk = new Exactly(in, 0);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            if (ended) {
                return -1;
            }
            int read = chunk.read(octets, from, length);
            if (read >= 0) {
                return read;
            }
            if (!first && !line(in, 2).isEmpty()) {
                throw new MalformedAnswerException("has a chunk that is longer than it says");
            }
            first = false;
            var size = line(in, LONGEST).split(";", 2)[0].strip();
            if (!size.matches("[0-9A-Fa-f]{1,15}")) {
                throw new MalformedAnswerException("has a chunk without a size");
            }
            long octetsOfChunk = Long.parseLong(size, 16);
            if (octetsOfChunk == 0) {
                // What trails says nothing to us, but has to be there.
                int room = LONGEST_HEAD;
                for (var trailer = line(in, room); !trailer.isEmpty(); trailer = line(in, room)) {
                    room -= trailer.length();
                }
                ended = true;
                return -1;
            }
            chunk = new Exactly(in, octetsOfChunk);
            return read(octets, from, length);
        }
    }

    private static final java.util.Set<String> FRAMING =
            java.util.Set.of("content-length", "transfer-encoding", "location");
    private static final int MOST_INTERIM = 8;
    private static final int LONGEST_HEAD = 32 << 10;
    private static final int LONGEST = 8 << 10;
}
