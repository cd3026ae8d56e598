package io.overt.testkit.upstream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * A web server on loopback that serves CRLs, OCSP responses and certificates, and remembers what it
 * was asked. Thread-safe; what it serves may change while it runs.
 */
public final class WebServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Function<byte[], Response>> pages = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /** The body's bytes are the server's own and never changed. */
    private static final class Response {
        private final int status;
        private final byte[] body;
        private final Map<String, String> headers;

        Response(int status, byte[] body, Map<String, String> headers) {
            this.status = status;
            this.body = body;
            this.headers = headers;
        }
    }

    /** Serves on a port of the system's choice. */
    public static WebServer start() {
        try {
            return new WebServer(
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50));
        } catch (IOException e) {
            throw new IllegalStateException("cannot listen on loopback", e);
        }
    }

    private WebServer(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** The URL of {@code path}, by address. */
    public String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** Serves these bytes at this path, and at all below it. */
    public WebServer serve(String path, byte[] body) {
        pages.put(path, _ -> new Response(200, body, Map.of()));
        return this;
    }

    /** Answers a POST to this path, and whatever is asked below it by GET. */
    public WebServer serve(String path, Function<byte[], byte[]> answer) {
        pages.put(path, posted -> new Response(200, answer.apply(posted), Map.of()));
        return this;
    }

    /** Answers with this status and nothing else. */
    public WebServer status(String path, int status) {
        pages.put(path, _ -> new Response(status, new byte[0], Map.of()));
        return this;
    }

    /** Sends whoever asks elsewhere. */
    public WebServer redirect(String path, String to) {
        pages.put(path, _ -> new Response(302, new byte[0], Map.of("Location", to)));
        return this;
    }

    /** What was asked, as {@code GET /path}. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getRawPath();
            asked.add(exchange.getRequestMethod() + " " + path);
            var posted = exchange.getRequestBody().readAllBytes();
            var response =
                    pages.entrySet().stream()
                            .filter(
                                    page ->
                                            path.equals(page.getKey())
                                                    || path.startsWith(page.getKey() + "/"))
                            .findFirst()
                            .map(page -> page.getValue().apply(posted))
                            .orElseGet(() -> new Response(404, new byte[0], Map.of()));
            response.headers.forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(
                    response.status, response.body.length == 0 ? -1 : response.body.length);
            exchange.getResponseBody().write(response.body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
