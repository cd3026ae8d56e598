package io.overt.it.scan;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.overt.it.cluster.Child;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A headless Chromium that connects where it is told to. It takes seconds to start, and a scan
 * wants some hundred connections, so one browser makes them all: its page asks us for the next port
 * and fetches from there. Names below localhost are the loopback address to it, and each port has
 * one of its own, so that nothing is remembered from one connection to the next. Thread-safe;
 * whoever starts it closes it.
 */
final class Browser implements AutoCloseable {
    private final HttpServer page;
    private final Child chromium;
    private final BlockingQueue<String> ports;

    private Browser(HttpServer page, Child chromium, BlockingQueue<String> ports) {
        this.page = page;
        this.chromium = chromium;
        this.ports = ports;
    }

    /**
     * Starts one; returns when its page is there.
     *
     * @param directory for its profile and what it prints
     */
    static Browser start(Path directory) throws IOException, InterruptedException {
        BlockingQueue<String> ports = new LinkedBlockingQueue<>();
        var there = new AtomicBoolean();
        HttpServer page = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
        page.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        page.createContext("/", exchange -> answer(exchange, "text/html", PAGE));
        page.createContext(
                "/next",
                exchange -> {
                    there.set(true);
                    answer(exchange, "text/plain", next(ports));
                });
        page.createContext(
                "/connect/",
                exchange -> {
                    String path = exchange.getRequestURI().getPath();
                    ports.add(path.substring("/connect/".length()));
                    answer(exchange, "text/plain", "");
                });
        page.start();
        Child chromium =
                Child.start(
                        "chromium",
                        List.of(
                                "chromium",
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                // Certificates of the scanner's are nobody's.
                                "--ignore-certificate-errors",
                                "--remote-debugging-port=0",
                                "--user-data-dir=" + directory.resolve("chromium"),
                                "http://localhost:" + page.getAddress().getPort() + "/"),
                        Map.of(),
                        directory.resolve("chromium.log"));
        var browser = new Browser(page, chromium, ports);
        try {
            chromium.await("at its page", Duration.ofMinutes(2), there::get);
            return browser;
        } catch (IllegalStateException | InterruptedException e) {
            browser.close();
            throw e;
        }
    }

    /** The command that makes it connect to {@code [port]}. */
    List<String> command() {
        return List.of(
                "curl",
                "--silent",
                "http://127.0.0.1:" + page.getAddress().getPort() + "/connect/[port]");
    }

    /** The next port, or nothing when there is none for a while: the page asks again. */
    private static String next(BlockingQueue<String> ports) {
        try {
            String port = ports.poll(20, TimeUnit.SECONDS);
            return port == null ? "" : port;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static void answer(HttpExchange exchange, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    @Override
    public void close() {
        chromium.close();
        ports.clear();
        page.stop(0);
    }

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private static final String PAGE =
            """
            <!doctype html><title>scan</title><script>
            const ask = () => fetch("/next").then(answer => answer.text()).then(port => {
              if (port) fetch(`https://p${port}.localhost:${port}/`, {mode: "no-cors"}).catch(() => {});
              ask();
            });
            ask();
            </script>
            """;
}
