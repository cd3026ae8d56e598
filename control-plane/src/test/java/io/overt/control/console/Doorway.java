package io.overt.control.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
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

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
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
            var answer = client.send(request.build(), BodyHandlers.ofByteArray());
            answer.headers()
                    .map()
                    .forEach(
                            (name, values) -> {
                                if (!HOP.contains(name)) {
                                    exchange.getResponseHeaders().put(name, values);
                                }
                            });
            boolean empty = answer.body().length == 0;
            exchange.sendResponseHeaders(answer.statusCode(), empty ? -1 : answer.body().length);
            if (!empty) {
                exchange.getResponseBody().write(answer.body());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        client.shutdownNow();
        threads.shutdownNow();
    }

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
