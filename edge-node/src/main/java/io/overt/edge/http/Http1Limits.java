package io.overt.edge.http;

import java.time.Duration;

/**
 * Bounds of what a peer can make us hold or wait for. Sizes are bytes.
 *
 * @param requestHead request line and fields; above it 431
 * @param responseHead status line and fields; above it 502
 * @param requestHeadTime from a request head's first byte to its last; above it 408
 * @param responseHeadTime the same of a response head; above it 504
 * @param chunkLine one chunk-size line with its extensions
 * @param trailers the trailer section of a chunked body
 * @param pipelined what is read ahead of the request in progress before reading stops
 * @param interimResponses 1xx responses before a final one
 * @param discarded the largest body of a blocked request that is read and thrown away to keep the
 *     connection
 * @param lingered what is read and thrown away from a client after the last response, so that a
 *     reset does not take that response from it (RFC 9112 §9.6)
 * @param linger how long that may last
 */
public record Http1Limits(
        int requestHead,
        int responseHead,
        Duration requestHeadTime,
        Duration responseHeadTime,
        int chunkLine,
        int trailers,
        int pipelined,
        int interimResponses,
        long discarded,
        long lingered,
        Duration linger) {

    /**
     * Heads: above what the common servers (8 to 64 KiB) and browsers (256 KiB) take, so that we
     * are not the narrowest part of the path; and half of what they wait for one (60 s), which is
     * still seconds for each segment of the largest. The rest: what honest peers never come near.
     */
    public static final Http1Limits DEFAULT =
            new Http1Limits(
                    64 * 1024,
                    256 * 1024,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    4 * 1024,
                    16 * 1024,
                    64 * 1024,
                    32,
                    64 * 1024,
                    16L * 1024 * 1024,
                    Duration.ofSeconds(5));

    public Http1Limits {
        positive("request-head", requestHead);
        positive("response-head", responseHead);
        positive("request-head-time", requestHeadTime.toMillis());
        positive("response-head-time", responseHeadTime.toMillis());
        positive("chunk-line", chunkLine);
        positive("trailers", trailers);
        positive("pipelined", pipelined);
        positive("interim-responses", interimResponses);
        notNegative("discarded", discarded);
        notNegative("lingered", lingered);
        notNegative("linger", linger.toMillis());
    }

    private static void positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException("http." + name + ": " + value + " (expected: > 0)");
        }
    }

    private static void notNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException("http." + name + ": " + value + " (expected: >= 0)");
        }
    }
}
