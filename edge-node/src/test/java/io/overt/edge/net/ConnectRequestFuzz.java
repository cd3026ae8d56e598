package io.overt.edge.net;

import io.overt.edge.http.Http1Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Fuzz target: the first bytes to the explicit proxy. They come in any pieces, so an answer that
 * was given to the first of them stands whatever comes after.
 */
public final class ConnectRequestFuzz {
    private static final int LIMIT = 512;

    private static final Http1Limits LIMITS =
            new Http1Limits(
                    LIMIT,
                    1,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    1,
                    1,
                    1,
                    1,
                    1,
                    1,
                    Duration.ZERO);

    private ConnectRequestFuzz() {}

    /** What clients send, and what some tried. */
    public static List<byte[]> seeds() {
        return List.of(
                text("CONNECT www.example.com:443 HTTP/1.1\r\nHost: www.example.com:443\r\n\r\n"),
                text("CONNECT www.example.com:443 HTTP/1.0\r\n\r\n\u0016\u0003\u0001\u0002"),
                text("CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nVia: 1.1 edge-1, 1.0 other\r\n\r\n"),
                text("CONNECT 192.0.2.1:443 HTTP/1.1\r\nProxy-Authorization: Basic YTpi\r\n\r\n"),
                text("CONNECT a.b:65535 HTTP/1.1\r\nUser-Agent: a\r\nA:\tb\r\n\r\n"),
                text("GET http://www.example.com/ HTTP/1.1\r\nHost: www.example.com\r\n\r\n"),
                text("GET http://a:b@www.example.com/ HTTP/1.1\r\nHost: www.example.com\r\n\r\n"),
                text("POST http://[2001:db8::1]:8080/?a HTTP/1.0\r\nVia: 1.1 b\r\n\r\nbody"),
                text("\r\nGET http://www.example.com HTTP/1.1\r\nHost: www.example.com:80\r\n\r\n"),
                text("CONNECT a:0 HTTP/1.1\r\n folded: x\r\n\r\n"),
                text("CONNECT a:443 HTTP/1.1\nHost: a\n\n"),
                text("\u0016\u0003\u0001\u0000\u0005hello"));
    }

    /** {@code bytes} is what the client sent. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        var whole = ConnectRequest.parse(bytes, LIMIT, LIMITS);
        var step = Math.max(1, bytes.length / 48);
        for (var cut = 0; cut < bytes.length; cut += step) {
            var early = ConnectRequest.parse(Arrays.copyOf(bytes, cut), LIMIT, LIMITS);
            if (!stands(early, whole)) {
                throw new AssertionError(
                        "after %d bytes: %s%nafter %d: %s"
                                .formatted(cut, early, bytes.length, whole));
            }
        }
        if (whole instanceof ConnectRequest.Incomplete && bytes.length > LIMIT) {
            throw new AssertionError("still waiting after " + bytes.length + " bytes");
        }
        if (whole instanceof ConnectRequest.Connect connect
                && (connect.headBytes() > Math.min(LIMIT, bytes.length)
                        || bytes[connect.headBytes() - 1] != '\n')) {
            throw new AssertionError("no head ends at " + connect.headBytes());
        }
    }

    /** Which fault is named may depend on how much was there; yes and no may not. */
    private static boolean stands(ConnectRequest early, ConnectRequest whole) {
        return switch (early) {
            case ConnectRequest.Incomplete() -> true;
            case ConnectRequest.Connect connect -> connect.equals(whole);
            case ConnectRequest.Plain plain -> plain.equals(whole);
            case ConnectRequest.Refused _ -> whole instanceof ConnectRequest.Refused;
        };
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
