package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.hello.ClientHello;
import io.overt.edge.hello.ClientHelloParser;
import io.overt.edge.hello.HelloLimit;
import io.overt.edge.hello.HelloPeek;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.MisbehavingUpstream.Manner;
import io.overt.testkit.upstream.TlsManner;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The edge as a client: what it offers, and that it takes nothing else. */
@ExtendWith(LeakExtension.class)
class UpstreamTlsTest {
    private static final String HOST = "www.example.test";
    private static final HexFormat HEX = HexFormat.of();
    private static final int SMALL = 7;

    /** AEAD with forward secrecy, strongest kind first, then CBC for servers with nothing else. */
    private static final List<Integer> SUITES =
            List.of(
                    0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
                    0xc014);

    @SuppressWarnings("NullAway.Init")
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench("rules:\n  - {name: default, then: inspect}\n");
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

    // checklist 28, 29, 30, 35, 37, 49
    @Test
    void the_edge_offers_a_hello_of_its_own() throws Exception {
        var heard = new LinkedBlockingQueue<byte[]>();
        try (var upstream =
                        MisbehavingUpstream.that(
                                (socket, _) -> heard.add(Manners.readRecord(socket)));
                var client =
                        Clients.tls(
                                bench.connectTo(upstream.address()),
                                bench.forge.anchor(),
                                HOST,
                                "h2")) {
            failsToShakeHands(client);
            var offered = hello(heard.poll(Bench.PATIENCE.toSeconds(), TimeUnit.SECONDS));

            assertThat(offered.serverName()).contains(HOST);
            assertThat(offered.alpn()).containsExactly("h2");
            assertThat(withoutGrease(offered.versions())).containsExactly(0x0304, 0x0303);
            assertThat(withoutGrease(offered.cipherSuites())).isEqualTo(SUITES);
            assertThat(withoutGrease(offered.groups()).getFirst())
                    .isEqualTo(0x11ec /* X25519MLKEM768 */);
            assertThat(offered.keyShares()).contains(0x11ec, 0x001d /* x25519 */);
            // No early data, no ticket or session of anybody's.
            assertThat(offered.extensions())
                    .doesNotContain(42 /* early_data */, 41 /* pre_shared_key */);
        }
        assertThat(bench.record().fate()).startsWith("block handshake-failed");
    }

    // checklist 38
    @Test
    void no_session_of_one_client_is_resumed_for_another() throws Exception {
        var heard = new LinkedBlockingQueue<byte[]>();
        try (var server =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf(HOST))
                                        .speaking(tls -> tls.getInputStream().readAllBytes()));
                var upstream =
                        MisbehavingUpstream.that(
                                (socket, _) -> {
                                    var hello = Manners.readRecord(socket);
                                    heard.add(hello);
                                    relay(socket, server.address(), hello, bytes -> bytes);
                                })) {
            for (var i = 0; i < 2; i++) {
                try (var client =
                        Clients.tls(
                                bench.connectTo(upstream.address()), bench.forge.anchor(), HOST)) {
                    client.startHandshake();
                }
                assertThat(bench.record().text("outcome")).isEqualTo("inspect");
                var offered = hello(heard.poll(Bench.PATIENCE.toSeconds(), TimeUnit.SECONDS));
                assertThat(offered.extensions()).doesNotContain(41 /* pre_shared_key */);
            }
        }
    }

    /** A ServerHello that no client should take. */
    record Evil(String what, String serverHello) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Evil> evils() {
        var random = "5a".repeat(32);
        return Stream.of(
                new Evil("SSL 3.0", hello("0300", random, "c02f", "00", "")),
                new Evil("TLS 1.0", hello("0301", random, "c013", "00", "")),
                new Evil("TLS 1.1", hello("0302", random, "c013", "00", "")),
                new Evil("TLS 1.4", hello("0303", random, "1301", "00", "002b00020305")),
                new Evil("version 0x7f7f", hello("7f7f", random, "c02f", "00", "")),
                new Evil("no encryption", hello("0303", random, "0002", "00", "")),
                new Evil("export RC4-40", hello("0303", random, "0003", "00", "")),
                new Evil("RC4", hello("0303", random, "0005", "00", "")),
                new Evil("single DES", hello("0303", random, "0009", "00", "")),
                new Evil("3DES", hello("0303", random, "c012", "00", "")),
                new Evil("no authentication", hello("0303", random, "c018", "00", "")),
                new Evil("static RSA", hello("0303", random, "009c", "00", "")),
                new Evil("DHE", hello("0303", random, "009e", "00", "")),
                new Evil("TLS 1.3's suite in TLS 1.2", hello("0303", random, "1301", "00", "")),
                new Evil("compression", hello("0303", random, "c02f", "01", "")),
                new Evil(
                        "the downgrade sentinel of TLS 1.2 (RFC 8446 §4.1.3)",
                        hello("0303", "5a".repeat(24) + "444f574e47524401", "c02f", "00", "")),
                new Evil(
                        "the downgrade sentinel of TLS 1.1",
                        hello("0303", "5a".repeat(24) + "444f574e47524400", "c02f", "00", "")),
                new Evil(
                        "a share of secp521r1",
                        hello(
                                "0303",
                                random,
                                "1301",
                                "00",
                                "002b00020304"
                                        + "00330089"
                                        + "00190085"
                                        + "04"
                                        + "11".repeat(132))),
                new Evil(
                        "a retry with ffdhe2048",
                        hello(
                                "0303",
                                "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c",
                                "1301",
                                "00",
                                "002b00020304" + "003300020100")),
                new Evil(
                        "an extension that was not offered",
                        hello("0303", random, "c02f", "00", "abcd0000")));
    }

    // checklist 29, 30, 31, 33, 34, 47
    @ParameterizedTest
    @MethodSource("evils")
    void the_edge_takes_nothing_that_it_did_not_offer(Evil evil) throws Exception {
        isRefused(
                (socket, _) -> {
                    var _ = Manners.readRecord(socket);
                    socket.getOutputStream().write(HEX.parseHex(evil.serverHello()));
                    var _ = socket.getInputStream().readAllBytes();
                });
    }

    // checklist 32
    @Test
    void a_changed_server_key_exchange_is_refused() throws Exception {
        isRefusedWhenChanged(
                record -> {
                    var at = handshakeMessage(record, 12 /* server_key_exchange */);
                    if (at >= 0) {
                        record[at + 3 + uint24(record, at + 1)] ^= 1;
                    }
                    return record;
                });
    }

    // checklist 32
    @Test
    void a_changed_server_random_is_refused() throws Exception {
        isRefusedWhenChanged(
                record -> {
                    if (handshakeMessage(record, 2 /* server_hello */) == 5) {
                        record[5 + 4 + 2] ^= 1;
                    }
                    return record;
                });
    }

    // checklist 32
    @Test
    void a_changed_finished_is_refused() throws Exception {
        var changed = new boolean[1];
        isRefusedWhenChanged(
                record -> {
                    if (changed[0]) {
                        record[record.length - 1] ^= 1;
                    }
                    changed[0] = record[0] == 20 /* change_cipher_spec */;
                    return record;
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void messages_in_many_small_records_are_taken(String version) throws Exception {
        var encrypted = new AtomicBoolean();
        try (var server =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf(HOST))
                                        .versions(version)
                                        .speaking(tls -> tls.getInputStream().readAllBytes()));
                var upstream =
                        MisbehavingUpstream.that(
                                (socket, _) ->
                                        relay(
                                                socket,
                                                server.address(),
                                                Manners.readRecord(socket),
                                                record ->
                                                        encrypted.get()
                                                                ? record
                                                                : inSmallRecords(
                                                                        record, encrypted)));
                var client =
                        Clients.tls(
                                bench.connectTo(upstream.address()), bench.forge.anchor(), HOST)) {
            client.startHandshake();
        }
        assertThat(bench.record().text("outcome")).isEqualTo("inspect");
    }

    /** RFC 8446 §5.1: a message may be fragmented over records, until it is encrypted. */
    private static byte[] inSmallRecords(byte[] record, AtomicBoolean encrypted) {
        if (record[0] != 22 /* handshake */) {
            encrypted.set(true);
            return record;
        }
        var out = new ByteArrayOutputStream();
        for (var at = 5; at < record.length; at += SMALL) {
            var length = Math.min(SMALL, record.length - at);
            out.write(record, 0, 3);
            out.write(0);
            out.write(length);
            out.write(record, at, length);
        }
        return out.toByteArray();
    }

    private interface Change {
        byte[] of(byte[] record);
    }

    private void isRefusedWhenChanged(Change change) throws Exception {
        try (var server =
                MisbehavingUpstream.that(
                        TlsManner.with(Bench.PKI.leaf(HOST))
                                .versions("TLSv1.2")
                                .speaking(tls -> tls.getInputStream().readAllBytes()))) {
            isRefused(
                    (socket, _) ->
                            relay(socket, server.address(), Manners.readRecord(socket), change));
        }
    }

    private static void isRefused(Manner manner) throws Exception {
        try (var upstream = MisbehavingUpstream.that(manner);
                var client =
                        Clients.tls(
                                bench.connectTo(upstream.address()), bench.forge.anchor(), HOST)) {
            failsToShakeHands(client);
            // No second try with a lower version (checklist 33).
            assertThat(upstream.accepted()).isEqualTo(1);
        }
        assertThat(bench.record().fate()).startsWith("block handshake-failed");
    }

    private static void failsToShakeHands(javax.net.ssl.SSLSocket client) {
        org.assertj.core.api.Assertions.assertThatThrownBy(client::startHandshake)
                .isInstanceOf(IOException.class);
    }

    /** Both ways, record by record from the server; {@code first} is what was read already. */
    private static void relay(Socket client, InetSocketAddress to, byte[] first, Change change)
            throws IOException {
        try (var server = new Socket(to.getAddress(), to.getPort())) {
            server.getOutputStream().write(first);
            var up = Thread.ofVirtual().start(() -> copy(client, server));
            var in = new DataInputStream(server.getInputStream());
            try {
                while (true) {
                    var header = new byte[5];
                    in.readFully(header);
                    var record = new byte[5 + (((header[3] & 0xff) << 8) | (header[4] & 0xff))];
                    System.arraycopy(header, 0, record, 0, 5);
                    in.readFully(record, 5, record.length - 5);
                    client.getOutputStream().write(change.of(record));
                }
            } catch (java.io.EOFException _) {
                client.shutdownOutput();
            }
            up.join(Bench.PATIENCE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException _) {
            // One of both is gone; the other direction says so.
        }
    }

    /** Where a handshake message of this type begins in a record of whole plain messages; or -1. */
    private static int handshakeMessage(byte[] record, int type) {
        if (record[0] != 22) {
            return -1;
        }
        for (var at = 5; at + 4 <= record.length; ) {
            if (record[at] == type) {
                return at;
            }
            at += 4 + uint24(record, at + 1);
        }
        return -1;
    }

    private static int uint24(byte[] bytes, int at) {
        return ((bytes[at] & 0xff) << 16) | ((bytes[at + 1] & 0xff) << 8) | (bytes[at + 2] & 0xff);
    }

    private static String hello(
            String version, String random, String suite, String compression, String extensions) {
        var body =
                version
                        + random
                        + "00"
                        + suite
                        + compression
                        + (extensions.isEmpty() ? "" : length(2, extensions) + extensions);
        var message = "02" + length(3, body) + body;
        return "160303" + length(2, message) + message;
    }

    private static String length(int bytes, String hex) {
        return ("%0" + 2 * bytes + "x").formatted(hex.length() / 2);
    }

    private static ClientHello hello(byte[] record) {
        var peek = new ClientHelloParser(HelloLimit.DEFAULT).feed(ByteBuffer.wrap(record));
        assertThat(peek).isInstanceOf(HelloPeek.Hello.class);
        return ((HelloPeek.Hello) peek).hello();
    }

    private static List<Integer> withoutGrease(List<Integer> codePoints) {
        return codePoints.stream().filter(each -> !ClientHello.isGrease(each)).toList();
    }
}
