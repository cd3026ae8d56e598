package io.overt.control.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * A reverse proxy that shows a person's certificate, which a headless browser has no way to choose.
 * What comes through it is what the control plane says, headers and all. Whoever starts it closes
 * it.
 */
final class Doorway implements AutoCloseable {
    private final HttpServer server;
    private final HttpClient client;
    private final URI to;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<InputStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean streamless;

    Doorway(URI to, SSLContext person) throws IOException {
        this.to = to;
        this.client = HttpClient.newBuilder().sslContext(person).build();
        this.server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(threads);
        server.createContext("/", this::pass);
        server.start();
    }

    /** The address of the console through it. */
    String url(String hash) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/#/" + hash;
    }

    /** From now on no stream comes through, as behind many a proxy; those that are open break. */
    void breakStreams() throws IOException {
        streamless = true;
        for (var stream : streams) {
            stream.close();
        }
    }

    /** Streams that are open. */
    int streams() {
        return streams.size();
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (streamless && exchange.getRequestURI().getPath().endsWith(":watch")) {
                exchange.sendResponseHeaders(502, -1);
                return;
            }
            var request =
                    HttpRequest.newBuilder(to.resolve(exchange.getRequestURI().toString()))
                            .timeout(Duration.ofSeconds(30))
                            .method(
                                    exchange.getRequestMethod(),
                                    HttpRequest.BodyPublishers.ofByteArray(
                                            exchange.getRequestBody().readAllBytes()));
            for (var name : CARRIED) {
                var value = exchange.getRequestHeaders().getFirst(name);
                if (value != null) {
                    request.header(name, value);
                }
            }
            var answer = client.send(request.build(), BodyHandlers.ofInputStream());
            answer.headers()
                    .map()
                    .forEach(
                            (name, values) -> {
                                if (!HOP.contains(name)) {
                                    exchange.getResponseHeaders().put(name, values);
                                }
                            });
            try (var body = answer.body()) {
                if (answer.headers().firstValue("content-type").orElse("").startsWith(EVENTS)) {
                    stream(exchange, answer.statusCode(), body);
                    return;
                }
                var bytes = body.readAllBytes();
                exchange.sendResponseHeaders(
                        answer.statusCode(), bytes.length == 0 ? -1 : bytes.length);
                if (bytes.length > 0) {
                    exchange.getResponseBody().write(bytes);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until either side ends it; the other is told by closing. */
    private void stream(HttpExchange exchange, int status, InputStream events) throws IOException {
        streams.add(events);
        try {
            exchange.sendResponseHeaders(status, 0);
            var piece = new byte[8 << 10];
            for (int read = events.read(piece); read >= 0; read = events.read(piece)) {
                exchange.getResponseBody().write(piece, 0, read);
                exchange.getResponseBody().flush();
            }
        } finally {
            streams.remove(events);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        client.shutdownNow();
        threads.shutdownNow();
    }

    private static final String EVENTS = "text/event-stream";

    private static final Set<String> CARRIED =
            new ConcurrentSkipListSet<>(
                    Set.of(
                            "accept",
                            "content-type",
                            "idempotency-key",
                            "if-match",
                            "if-none-match",
                            "sec-fetch-site"));

    /** RFC 9110 §7.6.1, and what the two servers frame for themselves. */
    private static final Set<String> HOP =
            new TreeSet<>(Set.of(":status", "connection", "content-length", "transfer-encoding"));
}
