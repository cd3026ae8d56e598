package io.overt.control.lists;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.overt.testkit.pki.TestIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A web server that has lists, and gives them well or badly. */
public final class ListPlace implements AutoCloseable {
    private final HttpServer server;
    private final String scheme;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<String> said = new CopyOnWriteArrayList<>();

    /** Writes an answer. */
    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    /** One that this identity stands for. */
    public static ListPlace https(TestIdentity identity) throws Exception {
        var password = "x".toCharArray();
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(identity.keyStore(password), password);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        var server = HttpsServer.create(loopback(), 50);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new ListPlace(server, "https");
    }

    static ListPlace http() throws IOException {
        return new ListPlace(HttpServer.create(loopback(), 50), "http");
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private ListPlace(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        answers.getOrDefault(
                                        exchange.getRequestURI().getPath(),
                                        each -> each.sendResponseHeaders(404, -1))
                                .to(exchange);
                    }
                });
        server.start();
    }

    /** Where a path of it is. */
    public String url(String path) {
        return scheme + "://localhost:" + server.getAddress().getPort() + path;
    }

    void answer(String path, Answer answer) {
        answers.put(path, answer);
    }

    /** A text, with an ETag that is understood. */
    void serve(String path, byte[] text) throws Exception {
        var etag =
                '"'
                        + HexFormat.of()
                                .formatHex(
                                        java.security.MessageDigest.getInstance("SHA-256")
                                                .digest(text),
                                        0,
                                        8)
                        + '"';
        answer(
                path,
                exchange -> {
                    var known = exchange.getRequestHeaders().getFirst("If-None-Match");
                    exchange.getResponseHeaders().set("ETag", etag);
                    if (etag.equals(known)) {
                        said.add("304");
                        exchange.sendResponseHeaders(304, -1);
                    } else {
                        said.add("200");
                        exchange.sendResponseHeaders(200, text.length);
                        exchange.getResponseBody().write(text);
                    }
                });
    }

    /** The same of a text. */
    public void serve(String path, String text) throws Exception {
        serve(path, text.getBytes(UTF_8));
    }

    /** The statuses that were answered with texts, in order. */
    List<String> said() {
        return said;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
