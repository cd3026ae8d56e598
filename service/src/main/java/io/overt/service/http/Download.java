package io.overt.service.http;

import io.overt.service.http.HttpAnswer.MalformedAnswerException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Fetches a file by HTTP/1.1, bounded in bytes, in redirections, and in time from the first look-up
 * to the last byte. Connects to the very address that it has judged: a name that is looked up twice
 * may have two answers. Uses no proxy. Thread-safe; blocks, and an interrupted virtual thread lets
 * go of its connection.
 */
public final class Download {
    private final SSLSocketFactory tls;
    private final Predicate<InetAddress> allowed;

    /** What came of it. */
    public sealed interface Fetched {

        /**
         * Status 200, and all of it is in the file.
         *
         * @param octets of the file
         * @param etag to ask by the next time; empty where there is none
         * @param lastModified likewise
         */
        record Body(long octets, String etag, String lastModified) implements Fetched {}

        /** It is as it was when it was last asked for. */
        record NotModified() implements Fetched {}

        /** Anything else; for people. */
        record Failed(String why) implements Fetched {}
    }

    /**
     * What is known of the last answer, so that the same need not come again.
     *
     * @param etag empty where there was none
     * @param lastModified likewise
     */
    public record Known(String etag, String lastModified) {
        /** Nothing. */
        public static final Known NOTHING = new Known("", "");
    }

    /**
     * @param tls decides whom an {@code https} URL's host is believed
     * @param allowed addresses that may be connected to
     */
    public Download(SSLSocketFactory tls, Predicate<InetAddress> allowed) {
        this.tls = tls;
        this.allowed = allowed;
    }

    /**
     * Fetches, following at most five redirections, never from {@code https} to {@code http}.
     *
     * @param limit bytes of the body at most
     * @param deadline for all of it
     * @param to is replaced; what is in it when this fails means nothing
     * @throws IOException when the file cannot be written
     */
    public Fetched get(URI uri, Known known, long limit, Duration deadline, Path to)
            throws IOException {
        long until = System.nanoTime() + deadline.toNanos();
        URI at = uri;
        for (int hop = 0; hop <= MOST_REDIRECTIONS; hop++) {
            try (var socket = connect(at, until)) {
                ask(socket, at, known);
                var in = new BufferedInputStream(new Until(socket, until));
                var answer = HttpAnswer.read(in);
                switch (answer.status()) {
                    case 200 -> {
                        return body(answer, in, limit, to);
                    }
                    case 304 -> {
                        return known.equals(Known.NOTHING)
                                ? new Fetched.Failed(at + ": status 304, which nobody asked for")
                                : new Fetched.NotModified();
                    }
                    case 301, 302, 303, 307, 308 -> {
                        var next = next(at, answer);
                        if (next.isEmpty()) {
                            return new Fetched.Failed(
                                    at
                                            + ": redirected to \""
                                            + answer.header("location").orElse("")
                                            + "\" (expected: https, or http from http)");
                        }
                        at = next.get();
                    }
                    default -> {
                        return new Fetched.Failed(at + ": status " + answer.status());
                    }
                }
            } catch (FileException e) {
                throw e.cause;
            } catch (SocketTimeoutException _) {
                return new Fetched.Failed(at + ": no whole answer in " + deadline);
            } catch (UnknownHostException _) {
                return new Fetched.Failed(at + ": its host has no address");
            } catch (MalformedAnswerException e) {
                return new Fetched.Failed(at + ": " + e.getMessage());
            } catch (IOException e) {
                return new Fetched.Failed(
                        at + ": " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            }
        }
        return new Fetched.Failed(
                uri + ": more than " + MOST_REDIRECTIONS + " redirections, the last one to " + at);
    }

    private static Optional<URI> next(URI at, HttpAnswer answer) {
        return answer.header("location")
                .flatMap(
                        location -> {
                            try {
                                return Optional.of(at.resolve(location));
                            } catch (IllegalArgumentException _) {
                                return Optional.empty();
                            }
                        })
                .filter(
                        next ->
                                next.getHost() != null
                                        && next.getRawUserInfo() == null
                                        && ("https".equals(next.getScheme())
                                                || ("http".equals(next.getScheme())
                                                        && "http".equals(at.getScheme()))));
    }

    private Socket connect(URI uri, long until) throws IOException {
        boolean secure = "https".equals(uri.getScheme());
        String host = uri.getHost();
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        var literal = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        IOException last = new IOException("its host has no address");
        for (var address : InetAddress.getAllByName(literal)) {
            if (!allowed.test(address)) {
                last =
                        new IOException(
                                "leads to "
                                        + address.getHostAddress()
                                        + ", which is not to be fetched from");
                continue;
            }
            var socket = new Socket();
            try {
                socket.connect(
                        new InetSocketAddress(address, port), Math.min(left(until), CONNECT));
                return secure ? secured(socket, literal, port, until) : socket;
            } catch (IOException e) {
                socket.close();
                last = e;
            }
        }
        throw last;
    }

    private Socket secured(Socket socket, String host, int port, long until) throws IOException {
        socket.setSoTimeout(left(until));
        var secured = (SSLSocket) tls.createSocket(socket, host, port, true);
        var parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private static void ask(Socket socket, URI uri, Known known) throws IOException {
        var path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        var request =
                new StringBuilder("GET ")
                        .append(path)
                        .append(uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
                        .append(" HTTP/1.1\r\nHost: ")
                        .append(uri.getRawAuthority())
                        .append("\r\nUser-Agent: overt\r\nAccept-Encoding: identity\r\n")
                        .append("Connection: close\r\n");
        if (!known.etag().isEmpty()) {
            request.append("If-None-Match: ").append(known.etag()).append("\r\n");
        }
        if (!known.lastModified().isEmpty()) {
            request.append("If-Modified-Since: ").append(known.lastModified()).append("\r\n");
        }
        socket.getOutputStream()
                .write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static Fetched body(HttpAnswer answer, InputStream in, long limit, Path to)
            throws IOException {
        var body = answer.body(in);
        long octets = 0;
        try (var out = open(to)) {
            byte[] piece = new byte[64 << 10];
            for (int read = body.read(piece); read >= 0; read = body.read(piece)) {
                octets += read;
                if (octets > limit) {
                    return new Fetched.Failed("more than " + limit + " bytes");
                }
                write(out, piece, read);
            }
        }
        return new Fetched.Body(
                octets,
                answer.header("etag").orElse(""),
                answer.header("last-modified").orElse(""));
    }

    private static OutputStream open(Path to) throws FileException {
        try {
            return Files.newOutputStream(to);
        } catch (IOException e) {
            throw new FileException(e);
        }
    }

    private static void write(OutputStream out, byte[] piece, int length) throws FileException {
        try {
            out.write(piece, 0, length);
        } catch (IOException e) {
            throw new FileException(e);
        }
    }

    /** Ours, and not the peer's. */
    private static final class FileException extends IOException {
        private static final long serialVersionUID = 1;
        private final IOException cause;

        FileException(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    /** Every read ends at the deadline, however slowly the peer drips. */
    private static final class Until extends InputStream {
        private final Socket socket;
        private final InputStream in;
        private final long until;

        Until(Socket socket, long until) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
            this.until = until;
        }

        @Override
        public int read() throws IOException {
            socket.setSoTimeout(left(until));
            return in.read();
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            socket.setSoTimeout(left(until));
            return in.read(octets, from, length);
        }
    }

    private static int left(long until) throws SocketTimeoutException {
        long left = Duration.ofNanos(until - System.nanoTime()).toMillis();
        if (left <= 0) {
            throw new SocketTimeoutException("the time is up");
        }
        return (int) Math.min(left, Integer.MAX_VALUE);
    }

    private static final int MOST_REDIRECTIONS = 5;

    /** Of one address, in milliseconds: the next one may answer. */
    private static final int CONNECT = 10_000;
}
