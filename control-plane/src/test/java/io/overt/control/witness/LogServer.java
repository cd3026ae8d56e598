package io.overt.control.witness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A static web server over a log's files that can misbehave. Whoever starts it closes it. */
public final class LogServer implements AutoCloseable {

    /** What it does to a request. */
    interface Manner {
        void answer(HttpExchange exchange, String path) throws IOException;
    }

    final AtomicInteger requests = new AtomicInteger();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Manner manner;

    public LogServer(GrownLog log) throws IOException {
        manner = serving(log.files());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setExecutor(threads);
        server.createContext(
                "/log/",
                exchange -> {
                    requests.incrementAndGet();
                    try (exchange) {
                        manner.answer(
                                exchange,
                                exchange.getRequestURI().getPath().substring("/log/".length()));
                    }
                });
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/log");
    }

    void behave(Manner next) {
        manner = next;
    }

    static Manner serving(Map<String, byte[]> files) {
        return (exchange, path) -> {
            byte[] bytes = files.get(path);
            if (bytes == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    static Manner status(int status) {
        return (exchange, _) -> exchange.sendResponseHeaders(status, -1);
    }

    static Manner redirecting() {
        return (exchange, path) -> {
            exchange.getResponseHeaders().set("Location", "/log/" + path + "?again");
            exchange.sendResponseHeaders(302, -1);
        };
    }

    /** A head, some bytes, and then nothing for as long as it runs. */
    Manner stalling() {
        return (exchange, _) -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write(new byte[10]);
            exchange.getResponseBody().flush();
            try {
                closing.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** A body without end, as fast as it is taken. */
    static Manner endless() {
        return (exchange, _) -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            byte[] part = new byte[1 << 14];
            for (int i = 0; i < 1 << 16; i++) {
                out.write(part); // ends with the connection, which the other side cuts
            }
        };
    }

    /** Says one thing for the checkpoint, and another for the rest. */
    static Manner split(Manner checkpoint, Manner tiles) {
        return (exchange, path) ->
                (path.equals("checkpoint") ? checkpoint : tiles).answer(exchange, path);
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
