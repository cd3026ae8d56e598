package io.overt.edge.http;

import static io.overt.edge.http.Wire.head;
import static io.overt.edge.http.Wire.read;
import static io.overt.edge.http.Wire.receiveChunks;
import static io.overt.edge.http.Wire.response;
import static io.overt.edge.http.Wire.sendChunks;
import static io.overt.edge.http.Wire.uninterrupted;
import static io.overt.edge.http.Wire.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The filter between real TLS connections; {@link FilterLoop#close} checks that nothing leaks. */
final class Http1FilterSocketTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void after_a_blocked_request_the_next_one_on_the_connection_works() throws Exception {
        try (var loop =
                        new FilterLoop(
                                (connection, below) -> {
                                    assertThat(read(connection.getInputStream(), GET.length()))
                                            .isEqualTo(GET);
                                    write(connection, OK);
                                    assertThat(connection.getInputStream().read()).isEqualTo(-1);
                                });
                var client = loop.client()) {
            write(client, "GET /blocked HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
            var page = response(client.getInputStream());
            assertThat(page)
                    .startsWith("HTTP/1.1 403 Forbidden\r\n")
                    .contains("<h1>Get back to &lt;work&gt;!</h1>");

            write(client, GET);
            assertThat(response(client.getInputStream())).isEqualTo(OK);
            client.shutdownOutput();
            loop.originIsDone();
            assertThat(loop.events.get(0)).isInstanceOf(Http1Event.Blocked.class);
            assertThat(loop.events.get(1)).isInstanceOf(Http1Event.Passed.class);
        }
    }

    @Test
    void a_hundred_megabytes_stream_down_and_stall_where_the_client_stalls() throws Exception {
        var sent = new AtomicLong();
        var expected = new CompletableFuture<String>();
        try (var loop =
                        new FilterLoop(
                                (connection, below) -> {
                                    read(connection.getInputStream(), GET.length());
                                    write(
                                            connection,
                                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                                    expected.complete(
                                            sendChunks(connection.getOutputStream(), sent));
                                });
                var client = loop.client()) {
            write(client, GET);
            var in = new BufferedInputStream(client.getInputStream());
            head(in);
            assertStalls(sent);
            assertThat(receiveChunks(in)).isEqualTo(expected.get());
            loop.originIsDone();
        }
    }

    @Test
    void a_hundred_megabytes_stream_up_and_stall_where_the_upstream_stalls() throws Exception {
        var sent = new AtomicLong();
        var mayRead = new CountDownLatch(1);
        var received = new CompletableFuture<String>();
        var request =
                "POST /a HTTP/1.1\r\nHost: www.example.com\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var loop =
                        new FilterLoop(
                                (connection, below) -> {
                                    var in = new BufferedInputStream(connection.getInputStream());
                                    assertThat(head(in)).isEqualTo(request);
                                    uninterrupted(mayRead);
                                    received.complete(receiveChunks(in));
                                    write(connection, OK);
                                });
                var client = loop.client()) {
            write(client, request);
            var sending = threads.submit(() -> sendChunks(client.getOutputStream(), sent));
            assertStalls(sent);
            mayRead.countDown();
            assertThat(sending.get()).isEqualTo(received.get());
            assertThat(response(client.getInputStream())).isEqualTo(OK);
            loop.originIsDone();
        }
    }

    @Test
    void a_websocket_carries_bytes_both_ways_until_one_side_closes() throws Exception {
        var request =
                "GET /ws HTTP/1.1\r\nHost: www.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        var response =
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        try (var loop =
                        new FilterLoop(
                                (connection, below) -> {
                                    read(connection.getInputStream(), request.length());
                                    write(connection, response + "hello");
                                    for (var i = 0; i < 1000; i++) {
                                        write(connection, read(connection.getInputStream(), 5));
                                    }
                                });
                var client = loop.client()) {
            write(client, request);
            assertThat(read(client.getInputStream(), response.length() + 5))
                    .isEqualTo(response + "hello");
            for (var i = 0; i < 1000; i++) {
                write(client, "\u0000GET\n");
                assertThat(read(client.getInputStream(), 5)).isEqualTo("\u0000GET\n");
            }
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            loop.originIsDone();
            assertThat(loop.events.getLast()).isEqualTo(new Http1Event.Upgraded(1, "websocket"));
        }
    }

    /** Without lingering the kernel answers the body with a reset, and the reset takes the page. */
    @Test
    void a_client_that_sends_a_large_blocked_body_still_reads_the_page() throws Exception {
        var length = 8 * 1024 * 1024;
        try (var loop = new FilterLoop((connection, below) -> connection.getInputStream().read());
                var client = loop.client()) {
            write(
                    client,
                    "POST /blocked HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: "
                            + length
                            + "\r\n\r\n");
            client.getOutputStream().write(new byte[length]);
            client.getOutputStream().flush();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 403 Forbidden\r\n")
                    .contains("\r\nConnection: close\r\n")
                    .endsWith("</html>\n");
        }
    }

    @Test
    void an_orderly_end_of_the_upstream_is_one_for_the_client() throws Exception {
        try (var loop =
                        new FilterLoop(
                                (connection, below) -> {
                                    read(connection.getInputStream(), GET.length());
                                    write(connection, "HTTP/1.1 200 OK\r\n\r\nsome text");
                                });
                var client = loop.client()) {
            write(client, GET);
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("HTTP/1.1 200 OK\r\n\r\nsome text");
            loop.originIsDone();
        }
    }

    /**
     * RFC 9112 §9.8: who cuts a TCP connection must not be able to pass a part off as the whole.
     */
    @Test
    void a_cut_upstream_is_not_an_orderly_end_for_the_client() throws Exception {
        var isRead = new CountDownLatch(1);
        try (var loop =
                        new FilterLoop(
                                (connection, below) -> {
                                    read(connection.getInputStream(), GET.length());
                                    write(connection, "HTTP/1.1 200 OK\r\n\r\nsome text");
                                    uninterrupted(isRead);
                                    below.shutdownOutput();
                                    connection.getInputStream().read();
                                });
                var client = loop.client()) {
            write(client, GET);
            assertThat(read(client.getInputStream(), 28))
                    .isEqualTo("HTTP/1.1 200 OK\r\n\r\nsome text");
            isRead.countDown();
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(IOException.class);
            assertThat(loop.events.getLast()).isInstanceOf(Http1Event.Cut.class);
        }
    }

    /**
     * What is under way when nobody reads: four sockets' buffers, and ours. The kernel lets each
     * grow to several megabytes, so the bound is what tells them from a filter that holds the body.
     */
    private static void assertStalls(AtomicLong sent) {
        var before = new AtomicLong(-1);
        await().atMost(FilterLoop.PATIENCE)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> sent.get() > 0 && before.getAndSet(sent.get()) == sent.get());
        assertThat(sent.get()).isLessThan(Wire.HUNDRED_MEGABYTES * 3 / 10);
    }
}
