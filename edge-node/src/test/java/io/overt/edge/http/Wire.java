package io.overt.edge.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** The outer ends' side of HTTP/1.1, written without any of ours. */
final class Wire {

    static final long HUNDRED_MEGABYTES = 100L * 1024 * 1024;

    private Wire() {}

    static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    static String read(InputStream in, int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) byteOf(in));
        }
        return head.toString();
    }

    /** A response with a Content-Length. */
    static String response(InputStream in) throws IOException {
        var head = head(in);
        var length = Pattern.compile("Content-Length: ([0-9]+)\r\n").matcher(head);
        if (!length.find()) {
            throw new IOException("no Content-Length in " + head);
        }
        return head + read(in, Integer.parseInt(length.group(1)));
    }

    /** Sends a hundred megabytes in chunks of all sizes; the digest of the content. */
    static String sendChunks(OutputStream out, AtomicLong sent) throws IOException {
        var random = new Random(7);
        var digest = sha256();
        var content = new byte[200_000];
        random.nextBytes(content);
        while (sent.get() < HUNDRED_MEGABYTES) {
            var size =
                    (int)
                            Math.min(
                                    HUNDRED_MEGABYTES - sent.get(),
                                    random.nextInt(1, content.length));
            out.write(
                    "%x;n=%d\r\n".formatted(size, sent.get()).getBytes(StandardCharsets.US_ASCII));
            out.write(content, 0, size);
            out.write(CRLF);
            digest.update(content, 0, size);
            sent.addAndGet(size);
        }
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return HexFormat.of().formatHex(digest.digest());
    }

    static String receiveChunks(InputStream in) throws IOException {
        var digest = sha256();
        while (true) {
            var line = new StringBuilder();
            for (var next = byteOf(in); next != '\n'; next = byteOf(in)) {
                line.append((char) next);
            }
            var size = Integer.parseInt(line.toString().split("[;\r]")[0], 16);
            digest.update(in.readNBytes(size));
            if (!read(in, 2).equals("\r\n")) {
                throw new IOException("a chunk without its end");
            }
            if (size == 0) {
                return HexFormat.of().formatHex(digest.digest());
            }
        }
    }

    static void uninterrupted(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static int byteOf(InputStream in) throws IOException {
        var next = in.read();
        if (next < 0) {
            throw new EOFException();
        }
        return next;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final byte[] CRLF = {'\r', '\n'};
}
