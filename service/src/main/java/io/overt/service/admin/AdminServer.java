package io.overt.service.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * {@code /health/live}, {@code /health/ready}, {@code /metrics} over plain HTTP. Meant for loopback
 * or a management network: it changes nothing, and what it tells is host counts and timings, never
 * names or content. Thread-safe; whoever starts it closes it.
 */
public final class AdminServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService requests;

    /**
     * Binds and serves.
     *
     * @throws StartException when the address cannot be listened on
     */
    public static AdminServer start(
            InetSocketAddress listen, PrometheusMeterRegistry meters, Readiness readiness)
            throws StartException {
        limit();
        try {
            return new AdminServer(HttpServer.create(listen, BACKLOG), meters, readiness);
        } catch (IOException e) {
            throw StartException.listen(listen, e);
        }
    }

    private AdminServer(HttpServer server, PrometheusMeterRegistry meters, Readiness readiness) {
        this.server = server;
        this.requests =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("admin-", 0).factory());
        server.setExecutor(requests);
        server.createContext("/", exchange -> answer(exchange, meters, readiness));
        server.start();
    }

    private record Answer(int status, String contentType, String body) {
        static Answer text(int status, String body) {
            return new Answer(status, "text/plain; charset=utf-8", body);
        }
    }

    private static void answer(
            HttpExchange exchange, PrometheusMeterRegistry meters, Readiness readiness)
            throws IOException {
        try (exchange) {
            var answer =
                    switch (exchange.getRequestMethod()) {
                        case "GET", "HEAD" -> {
                            yield switch (exchange.getRequestURI().getPath()) {
                                case "/health/live" -> Answer.text(200, "live\n");
                                case "/health/ready" -> ready(readiness);
                                case "/metrics" -> metrics(exchange, meters);
                                case null, default ->
                                        Answer.text(404, "/health/live /health/ready /metrics\n");
                            };
                        }
                        default -> Answer.text(405, "GET or HEAD\n");
                    };
            send(exchange, answer);
        }
    }

    private static Answer ready(Readiness readiness) {
        var unmet = readiness.unmet();
        return unmet.isEmpty()
                ? Answer.text(200, "ready\n" + lines(readiness.remarks()))
                : Answer.text(503, lines(unmet) + lines(readiness.remarks()));
    }

    private static String lines(Map<String, String> told) {
        return told.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private static Answer metrics(HttpExchange exchange, PrometheusMeterRegistry meters) {
        var accept = exchange.getRequestHeaders().getFirst("Accept");
        var contentType =
                accept != null && accept.contains("application/openmetrics-text")
                        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                        : "text/plain; version=0.0.4; charset=utf-8";
        return new Answer(200, contentType, meters.scrape(contentType));
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        var body = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.contentType);
        if (answer.status == 405) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(answer.status, -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status, body.length);
        exchange.getResponseBody().write(body);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        requests.shutdownNow();
    }

    /**
     * The JDK's server takes its limits from system properties only, when its first instance is
     * made; an operator's own hold.
     */
    private static void limit() {
        setIfAbsent("sun.net.httpserver.maxReqTime", "10");
        setIfAbsent("sun.net.httpserver.maxRspTime", "30");
        setIfAbsent("jdk.httpserver.maxConnections", "64");
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static final int BACKLOG = 16;
}
