package io.overt.it.cluster;

import io.overt.testkit.pki.RecordingTrust;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client behind the edges: asks by CONNECT, speaks TLS by the JDK's own engine, verifies what it
 * is shown, and sends one request. Counts its connections. Thread-safe.
 */
public final class Visitor {
    private final Map<Integer, AtomicInteger> connections = new ConcurrentHashMap<>();

    /**
     * What became of a visit.
     *
     * @param answer what the host said over a connection that the client trusted
     * @param shown the chain that the client was shown, leaf first; empty if none
     * @param failure why there is no answer
     */
    public record Visit(
            Optional<String> answer, List<X509Certificate> shown, Optional<String> failure) {
        /** The leaf that it was shown. */
        public X509Certificate leaf() {
            return shown.getFirst();
        }
    }

    /** Connections made to an edge so far. */
    int connections(int connectPort) {
        AtomicInteger made = connections.get(connectPort);
        return made == null ? 0 : made.get();
    }

    /**
     * Visits {@code host} at {@code origin} through the edge at {@code connectPort}, trusting
     * {@code anchors} alone.
     */
    public Visit visit(
            int connectPort, InetSocketAddress origin, String host, X509Certificate... anchors) {
        var trust = RecordingTrust.in(anchors);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), connectPort)) {
            connections.computeIfAbsent(connectPort, _ -> new AtomicInteger()).incrementAndGet();
            socket.setSoTimeout((int) PATIENCE.toMillis());
            String target = origin.getAddress().getHostAddress() + ":" + origin.getPort();
            say(socket, "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
            String head = head(socket.getInputStream());
            if (!head.startsWith("HTTP/1.1 200 ")) {
                return new Visit(Optional.empty(), trust.shown(), Optional.of(head));
            }
            try (var tls = trust.tls(socket, host)) {
                tls.startHandshake();
                say(tls, "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
                var answer =
                        new String(
                                tls.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                return new Visit(Optional.of(answer), trust.shown(), Optional.empty());
            }
        } catch (IOException e) {
            return new Visit(Optional.empty(), trust.shown(), Optional.of(e.toString()));
        }
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Reads up to and with the empty line; what ends before is what there is. */
    static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** Longer than any deadline of an edge; who waits longer hangs. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);
}
