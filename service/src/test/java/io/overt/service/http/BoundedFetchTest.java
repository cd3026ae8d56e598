package io.overt.service.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.overt.service.http.BoundedFetch.Fetched;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BoundedFetchTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final BoundedFetch fetch = new BoundedFetch();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        closing.countDown();
        fetch.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            switch (exchange.getRequestURI().getPath()) {
                case "/ten" -> {
                    exchange.sendResponseHeaders(200, 10);
                    exchange.getResponseBody().write("0123456789".getBytes(US_ASCII));
                }
                case "/moved" -> {
                    exchange.getResponseHeaders().set("Location", "/ten");
                    exchange.sendResponseHeaders(302, -1);
                }
                case "/slow" -> {
                    exchange.sendResponseHeaders(200, 10);
                    exchange.getResponseBody().write('0');
                    exchange.getResponseBody().flush();
                    closing.await();
                }
                default -> exchange.sendResponseHeaders(404, -1);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Fetched get(String path, int limit, Duration deadline) {
        return fetch.get(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path),
                limit,
                deadline);
    }

    @Test
    void a_body_within_the_limit_comes_whole() {
        assertThat(get("/ten", 10, LONG))
                .isInstanceOfSatisfying(
                        Fetched.Body.class,
                        body -> assertThat(body.bytes()).asString().isEqualTo("0123456789"));
    }

    @Test
    void a_body_beyond_the_limit_is_not_taken() {
        assertThat(get("/ten", 9, LONG)).isEqualTo(new Fetched.TooLarge(9));
    }

    @Test
    void other_answers_are_told_by_their_status_and_not_followed() {
        assertThat(get("/nothing", 10, LONG)).isEqualTo(new Fetched.Status(404));
        assertThat(get("/moved", 10, LONG)).isEqualTo(new Fetched.Status(302));
    }

    @Test
    void the_deadline_is_for_the_last_byte() {
        assertThat(get("/slow", 10, Duration.ofMillis(300)))
                .isEqualTo(new Fetched.Failed("no whole answer in PT0.3S"));
    }

    @Test
    void nobody_there_is_told() {
        int port = server.getAddress().getPort();
        server.stop(0);
        assertThat(fetch.get(URI.create("http://127.0.0.1:" + port + "/"), 10, LONG))
                .isInstanceOf(Fetched.Failed.class);
    }
}
