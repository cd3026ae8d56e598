package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bytes: all of them, in order, in both directions, in bounded memory; and how they end. */
@ExtendWith(LeakExtension.class)
class TransferTest {
    private static final String HOST = "www.example.test";
    private static final String INSPECTS = "rules:\n  - {name: default, then: inspect}\n";
    private static final String SPLICES = "rules:\n  - {name: default, then: splice}\n";
    private static final int BIG = 100 * 1024 * 1024;

    @SuppressWarnings("NullAway.Init")
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench(INSPECTS);
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @AfterEach
    void nothing_stays_open() {
        bench.awaitQuiet();
        assertThat(bench.takeRecords()).as("one record a connection").isEmpty();
    }

    @Test
    void a_big_body_arrives_whole_through_inspection_in_bounded_memory() throws Exception {
        bench.policy(7, INSPECTS);
        try (var upstream =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf(HOST))
                                        .alpn("h2")
                                        .speaking(tls -> sendBig(tls.getOutputStream())));
                var client =
                        Clients.tls(
                                bench.connectTo(upstream.address()),
                                bench.forge.anchor(),
                                HOST,
                                "h2")) {
            client.startHandshake();
            // The client is in no hurry at first: everything between must wait, not pile up.
            TimeUnit.MILLISECONDS.sleep(500);
            assertThat(directMemory()).isLessThan(BIG / 2);
            assertThat(digest(client.getInputStream())).isEqualTo(digestOfBig());
        }
        var record = bench.record();
        assertThat(record.text("bytes_from_upstream")).isEqualTo(Integer.toString(BIG));
        assertThat(record.text("filtered")).isEqualTo("false");
    }

    @Test
    void a_big_body_arrives_whole_through_a_splice_to_a_slow_client() throws Exception {
        bench.policy(7, SPLICES);
        try (var upstream =
                        MisbehavingUpstream.that(
                                (socket, _) -> {
                                    Manners.readRecord(socket);
                                    sendBig(socket.getOutputStream());
                                    socket.shutdownOutput();
                                    socket.getInputStream().readAllBytes();
                                });
                var client = bench.connectTo(upstream.address())) {
            client.getOutputStream().write(HELLO);
            TimeUnit.MILLISECONDS.sleep(500);
            assertThat(directMemory()).isLessThan(BIG / 2);
            assertThat(digest(client.getInputStream())).isEqualTo(digestOfBig());
        }
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("splice rule complete");
        assertThat(record.text("bytes_from_upstream")).isEqualTo(Integer.toString(BIG));
    }

    @Test
    void a_client_that_closed_its_side_still_gets_all_of_a_big_answer() throws Exception {
        bench.policy(7, SPLICES);
        try (var upstream =
                        MisbehavingUpstream.that(
                                (socket, _) -> {
                                    socket.getInputStream().readAllBytes();
                                    sendBig(socket.getOutputStream());
                                });
                var client = bench.connectTo(upstream.address())) {
            client.getOutputStream().write(HELLO);
            client.shutdownOutput();
            TimeUnit.MILLISECONDS.sleep(500);
            assertThat(digest(client.getInputStream())).isEqualTo(digestOfBig());
        }
        assertThat(bench.record().fate()).isEqualTo("splice rule complete");
    }

    // checklist 52
    @Test
    void a_splice_changes_no_byte_in_either_direction() throws Exception {
        bench.policy(7, SPLICES);
        var fromClient = HELLO.clone();
        var more = new byte[100_000];
        new Random(1).nextBytes(more);
        var answer = new byte[200_000];
        new Random(2).nextBytes(answer);
        var seen = new CompletableFuture<byte[]>();
        try (var upstream =
                        MisbehavingUpstream.that(
                                (socket, _) -> {
                                    socket.getOutputStream().write(answer);
                                    seen.complete(socket.getInputStream().readAllBytes());
                                });
                var client = bench.connectTo(upstream.address())) {
            client.getOutputStream().write(fromClient);
            client.getOutputStream().write(more);
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).isEqualTo(answer);
        }
        var expected = Arrays.copyOf(fromClient, fromClient.length + more.length);
        System.arraycopy(more, 0, expected, fromClient.length, more.length);
        assertThat(seen.get(60, TimeUnit.SECONDS)).isEqualTo(expected);
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("splice rule complete");
        assertThat(record.text("server_name")).isEqualTo(HOST);
        assertThat(record.text("upstream_tls")).isEqualTo("null");
    }

    @Test
    void a_spliced_client_meets_the_origins_own_certificate() throws Exception {
        bench.policy(7, SPLICES);
        var identity = Bench.PKI.leaf(HOST);
        try (var upstream =
                        MisbehavingUpstream.tls(
                                identity, tls -> tls.getInputStream().readAllBytes());
                var client =
                        Clients.tls(
                                bench.connectTo(upstream.address()), Bench.PKI.anchor(), HOST)) {
            client.startHandshake();
            assertThat(client.getSession().getPeerCertificates()[0])
                    .isEqualTo(identity.certificate());
        }
        assertThat(bench.record().fate()).isEqualTo("splice rule complete");
    }

    @Test
    void a_hello_of_one_byte_a_segment_is_inspected() throws Exception {
        inspectsAHelloSentAs(
                hello -> hello,
                (out, bytes) -> {
                    for (var each : bytes) {
                        out.write(each);
                        out.flush();
                    }
                });
    }

    // checklist 43
    @Test
    void a_hello_over_three_records_is_inspected() throws Exception {
        inspectsAHelloSentAs(TransferTest::overThreeRecords, OutputStream::write);
    }

    private interface Writing {
        void write(OutputStream out, byte[] bytes) throws IOException;
    }

    private static void inspectsAHelloSentAs(UnaryOperator<byte[]> shape, Writing writing)
            throws Exception {
        bench.policy(7, INSPECTS);
        try (var upstream =
                MisbehavingUpstream.tls(
                        Bench.PKI.leaf(HOST), tls -> tls.getOutputStream().write('!'))) {
            var raw = bench.connectTo(upstream.address());
            var shaped =
                    new Shaped(
                            raw,
                            raw.getInputStream(),
                            new FilterOutputStream(raw.getOutputStream()) {
                                private boolean said;

                                @Override
                                public void write(byte[] bytes, int from, int length)
                                        throws IOException {
                                    var part = Arrays.copyOfRange(bytes, from, from + length);
                                    if (said) {
                                        out.write(part);
                                    } else {
                                        said = true;
                                        writing.write(out, shape.apply(part));
                                    }
                                }
                            });
            try (var client = Clients.tls(shaped, bench.forge.anchor(), HOST)) {
                client.startHandshake();
                assertThat(client.getInputStream().read()).isEqualTo('!');
            }
        }
        var record = bench.record();
        assertThat(record.text("outcome") + " " + record.text("reason")).isEqualTo("inspect rule");
        assertThat(record.text("server_name")).isEqualTo(HOST);
    }

    private static byte[] overThreeRecords(byte[] record) {
        var third = (record.length - 5) / 3;
        var out = new ByteArrayOutputStream();
        for (int i = 0, at = 5; i < 3; i++) {
            var length = i < 2 ? third : record.length - at;
            out.writeBytes(
                    new byte[] {
                        record[0], record[1], record[2], (byte) (length >> 8), (byte) length
                    });
            out.write(record, at, length);
            at += length;
        }
        return out.toByteArray();
    }

    /** A socket whose streams go another way. */
    private static final class Shaped extends Socket {
        private final Socket socket;
        private final InputStream input;
        private final OutputStream output;

        Shaped(Socket socket, InputStream input, OutputStream output) {
            this.socket = socket;
            this.input = input;
            this.output = output;
        }

        @Override
        public InputStream getInputStream() {
            return input;
        }

        @Override
        public OutputStream getOutputStream() {
            return output;
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public int getPort() {
            return socket.getPort();
        }

        @Override
        public java.net.InetAddress getInetAddress() {
            return socket.getInetAddress();
        }

        @Override
        public void setSoTimeout(int millis) throws java.net.SocketException {
            socket.setSoTimeout(millis);
        }

        @Override
        public int getSoTimeout() throws java.net.SocketException {
            return socket.getSoTimeout();
        }

        @Override
        public boolean isClosed() {
            return socket.isClosed();
        }

        @Override
        public boolean isInputShutdown() {
            return socket.isInputShutdown();
        }

        @Override
        public boolean isOutputShutdown() {
            return socket.isOutputShutdown();
        }

        @Override
        public void shutdownInput() throws IOException {
            socket.shutdownInput();
        }

        @Override
        public void shutdownOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void setSoLinger(boolean on, int seconds) throws java.net.SocketException {
            socket.setSoLinger(on, seconds);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void one_direction_of_a_splice_may_end_before_the_other() throws Exception {
        bench.policy(7, SPLICES);
        try (var upstream =
                        MisbehavingUpstream.that(
                                (socket, _) -> {
                                    var all = socket.getInputStream().readAllBytes();
                                    socket.getOutputStream().write(all.length >> 8);
                                    socket.getOutputStream().write(all.length);
                                });
                var client = bench.connectTo(upstream.address())) {
            client.getOutputStream().write(HELLO);
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes())
                    .isEqualTo(new byte[] {(byte) (HELLO.length >> 8), (byte) HELLO.length});
        }
        assertThat(bench.record().fate()).isEqualTo("splice rule complete");
    }

    @Test
    void an_upstreams_close_notify_reaches_the_client_behind_its_last_byte() throws Exception {
        assertThat(lastRecordWhenUpstream((socket, tls) -> {})).isEqualTo(CLOSE_NOTIFY);
        assertThat(bench.record().text("ending")).isIn("complete", "client-said-nothing");
    }

    @Test
    void an_upstreams_truncation_stays_one() throws Exception {
        assertThat(
                        lastRecordWhenUpstream(
                                (socket, tls) -> {
                                    socket.shutdownOutput();
                                    tls.getInputStream().readAllBytes();
                                }))
                .isNotEqualTo(CLOSE_NOTIFY);
        assertThat(bench.record().text("outcome")).isEqualTo("inspect");
    }

    private interface Ends {
        void end(Socket raw, javax.net.ssl.SSLSocket tls) throws IOException;
    }

    /** The length of the last TLS 1.3 record that the client got, after 70,000 bytes of content. */
    private static int lastRecordWhenUpstream(Ends ends) throws Exception {
        bench.policy(7, INSPECTS);
        var wire = new ByteArrayOutputStream();
        try (var upstream =
                MisbehavingUpstream.that(
                        (socket, until) ->
                                TlsManner.with(Bench.PKI.leaf(HOST))
                                        .alpn("h2")
                                        .versions("TLSv1.3")
                                        .speaking(
                                                tls -> {
                                                    tls.getOutputStream().write(new byte[70_000]);
                                                    tls.getOutputStream().flush();
                                                    ends.end(socket, tls);
                                                })
                                        .serve(socket, until))) {
            var raw = bench.connectTo(upstream.address());
            var tee =
                    new FilterInputStream(raw.getInputStream()) {
                        @Override
                        public int read() throws IOException {
                            var next = in.read();
                            if (next >= 0) {
                                wire.write(next);
                            }
                            return next;
                        }

                        @Override
                        public int read(byte[] bytes, int from, int length) throws IOException {
                            var count = in.read(bytes, from, length);
                            if (count > 0) {
                                wire.write(bytes, from, count);
                            }
                            return count;
                        }
                    };
            try (var client =
                    Clients.tls(
                            new Shaped(raw, tee, raw.getOutputStream()),
                            bench.forge.anchor(),
                            HOST,
                            "h2")) {
                client.startHandshake();
                assertThat(client.getInputStream().readAllBytes()).hasSize(70_000);
            }
        }
        var last = 0;
        var bytes = wire.toByteArray();
        for (var at = 0; at + 5 <= bytes.length; at += 5 + last) {
            last = ((bytes[at + 3] & 0xff) << 8) | (bytes[at + 4] & 0xff);
        }
        return last;
    }

    /** RFC 8446 §5.2: two bytes of alert, one of content type, sixteen of authentication tag. */
    private static final int CLOSE_NOTIFY = 2 + 1 + 16;

    @Test
    void an_upstreams_reset_is_a_reset_to_the_client() throws Exception {
        bench.policy(7, SPLICES);
        try (var upstream =
                        MisbehavingUpstream.that(
                                (socket, _) -> {
                                    Manners.readRecord(socket);
                                    Manners.reset(socket);
                                });
                var client = bench.connectTo(upstream.address())) {
            client.getOutputStream().write(HELLO);
            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> client.getInputStream().readAllBytes())
                    .hasMessageContaining("reset");
        }
        assertThat(bench.record().fate()).isEqualTo("splice rule upstream-reset");
    }

    @Test
    void http1_is_filtered_on_the_inspected_connection() throws Exception {
        bench.policy(
                9,
                INSPECTS
                        + """
                        http:
                          - name: no-chat
                            when: { url: "www.example.test/chat*" }
                            then: block
                            label: "Get back to work!"
                        """);
        try (var upstream =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf(HOST))
                                        .alpn("http/1.1")
                                        .speaking(TransferTest::answerOne));
                var client =
                        Clients.tls(
                                bench.connectTo(upstream.address()),
                                bench.forge.anchor(),
                                HOST,
                                "http/1.1")) {
            client.startHandshake();
            var authority = HOST + ":" + upstream.address().getPort();
            client.getOutputStream().write(get("/chat/room", authority));
            var head = Clients.readHead(client.getInputStream());
            assertThat(head).startsWith("HTTP/1.1 403 ");
            var length =
                    Integer.parseInt(
                            head.replaceAll("(?s).*[Cc]ontent-[Ll]ength: *([0-9]+).*", "$1"));
            assertThat(
                            new String(
                                    client.getInputStream().readNBytes(length),
                                    java.nio.charset.StandardCharsets.UTF_8))
                    .contains("Get back to work!");
            client.getOutputStream().write(get("/", authority));
            assertThat(Clients.readHead(client.getInputStream())).startsWith("HTTP/1.1 200 ");
            assertThat(client.getInputStream().readNBytes(2)).asString().isEqualTo("hi");
        }
        var record = bench.record();
        assertThat(record.text("filtered")).isEqualTo("true");
        assertThat(record.text("requests")).isEqualTo("2");
        assertThat(record.text("blocked")).isEqualTo("1");
        assertThat(record.text("label")).isEqualTo("Get back to work!");
    }

    private static byte[] get(String path, String host) {
        return ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static void answerOne(javax.net.ssl.SSLSocket tls) throws IOException {
        Clients.readHead(tls.getInputStream());
        tls.getOutputStream()
                .write(
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        tls.getInputStream().readAllBytes();
    }

    private static void sendBig(OutputStream out) throws IOException {
        var random = new Random(7);
        var block = new byte[1024 * 1024];
        for (var i = 0; i < BIG / block.length; i++) {
            random.nextBytes(block);
            out.write(block);
        }
        out.flush();
    }

    private static String digestOfBig() throws Exception {
        var digest = MessageDigest.getInstance("SHA-256");
        sendBig(
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        digest.update((byte) b);
                    }

                    @Override
                    public void write(byte[] bytes, int from, int length) {
                        digest.update(bytes, from, length);
                    }
                });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String digest(InputStream in) throws Exception {
        var digest = MessageDigest.getInstance("SHA-256");
        try (var digesting = new DigestInputStream(in, digest)) {
            digesting.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** What Netty's allocators hold outside the heap. */
    private static long directMemory() {
        return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory()
                + io.netty.buffer.UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    /** A whole hello that names {@link #HOST}; nobody in these tests answers it. */
    private static final byte[] HELLO = Clients.hello(HOST);
}
