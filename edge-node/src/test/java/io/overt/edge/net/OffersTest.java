package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.MisbehavingUpstream.Manner;
import io.overt.testkit.upstream.TlsManner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What an upstream is offered, and what becomes of it when it takes something else. */
@ExtendWith(LeakExtension.class)
class OffersTest {
    private static final String HOST = "www.example.test";
    private static final String GOES_ON =
            "rules:\n  - { name: default, then: inspect, on: { not-offered: inspect } }\n";

    /** checklist 47: a client that knows ECDSA alone could not have met this server. */
    @Test
    void a_key_that_the_client_does_not_know_is_blocked_or_recorded_as_the_rule_says()
            throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var upstream = MisbehavingUpstream.that(echoing(KeySpec.RSA_2048))) {
            assertThatThrownBy(() -> ecdsaClient(bench, upstream.address()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("handshake_failure");
            var blocked = bench.record();
            assertThat(blocked.fate()).isEqualTo("block not-offered complete");
            assertThat(blocked.text("detail")).isEqualTo("key RSA");

            bench.policy(8, GOES_ON);
            ecdsaClient(bench, upstream.address());
            var inspected = bench.record();
            assertThat(inspected.text("outcome")).isEqualTo("inspect");
            assertThat(inspected.json()).contains("\"not_offered\":[\"key RSA\"]");
            assertThat(bench.meters.get("overt.edge.upstream.not.offered").counter().count())
                    .isEqualTo(2);
            bench.awaitQuiet();
        }
    }

    @Test
    void a_key_that_the_client_knows_is_no_finding() throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var upstream = MisbehavingUpstream.that(echoing(KeySpec.EC_P256))) {
            ecdsaClient(bench, upstream.address());
            var record = bench.record();
            assertThat(record.text("outcome")).isEqualTo("inspect");
            assertThat(record.json()).contains("\"not_offered\":[]");
            bench.awaitQuiet();
        }
    }

    /** A client of TLS 1.2 gets no 1.3 behind its back, and one of 1.3 alone no 1.2. */
    @Test
    void versions_are_offered_as_the_client_offered_them(@TempDir Path directory) throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var both = MisbehavingUpstream.that(echoing(KeySpec.EC_P256));
                var old = OpenSslServer.start(directory, Bench.PKI.leaf(HOST), "-tls1_2")) {
            client(bench, both.address(), "TLSv1.2");
            var record = bench.record();
            assertThat(record.json()).contains("\"upstream_tls\":{\"version\":\"TLSv1.2\"");
            assertThat(record.json()).contains("\"client_tls\":{\"version\":\"TLSv1.2\"");

            assertThatThrownBy(() -> client(bench, old.address(), "TLSv1.3"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("protocol_version");
            assertThat(bench.record().fate()).isEqualTo("block handshake-failed complete");
            bench.awaitQuiet();
        }
    }

    /** RFC 7301 §3.1: any bytes are a name, and whom the upstream refuses we refuse. */
    @Test
    void a_protocol_with_an_odd_name_is_offered_like_any_other() throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var upstream = MisbehavingUpstream.that(echoing(KeySpec.EC_P256))) {
            try (var client =
                    Clients.tls(
                            bench.connectTo(upstream.address()),
                            bench.forge.anchor(),
                            HOST,
                            "NOT an ALPN protocol")) {
                assertThatThrownBy(client::startHandshake)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("no_application_protocol");
            }
            assertThat(bench.record().fate()).isEqualTo("block handshake-failed complete");
            bench.awaitQuiet();
        }
    }

    /** checklist 44, 48, 49 */
    @Test
    void a_client_has_its_post_quantum_group_and_the_record_says_when_the_upstream_would_not()
            throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var classical = MisbehavingUpstream.that(echoing(KeySpec.EC_P256))) {
            postQuantumClient(bench, classical.address());
            var record = bench.record();
            assertThat(record.text("outcome")).isEqualTo("inspect");
            assertThat(record.text("post_quantum")).isEqualTo("lost");
            assertThat(record.json())
                    .containsPattern("\"client_tls\":\\{[^}]*\"group\":\"X25519MLKEM768\"");
            assertThat(postQuantum(bench, "lost")).isEqualTo(1);
            assertThat(postQuantum(bench, "kept")).isZero();

            client(bench, classical.address(), "TLSv1.3");
            assertThat(bench.record().text("post_quantum")).isEqualTo("not-offered");
            bench.awaitQuiet();
        }
    }

    /** checklist 48, 49 */
    @Test
    void a_lost_post_quantum_group_is_the_rules_to_judge() throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var classical = MisbehavingUpstream.that(echoing(KeySpec.EC_P256))) {
            postQuantumClient(bench, classical.address());
            assertThat(bench.record().json()).contains("\"weaker\":[\"key-exchange\"]");
            assertThat(
                            bench.meters
                                    .get("overt.edge.upstream.weaker")
                                    .tag("aspect", "key-exchange")
                                    .counter()
                                    .count())
                    .isEqualTo(1);

            bench.policy(
                    8,
                    "rules:\n  - { name: default, then: inspect, on: { post-quantum-lost: block } }\n");
            assertThatThrownBy(() -> postQuantumClient(bench, classical.address()))
                    .hasMessageContaining("HANDSHAKE_FAILURE");
            var blocked = bench.record();
            assertThat(blocked.fate()).isEqualTo("block post-quantum-lost complete");
            assertThat(blocked.text("detail")).isEqualTo("group X25519");

            // Who did not ask for it loses nothing.
            client(bench, classical.address(), "TLSv1.3");
            assertThat(bench.record().text("outcome")).isEqualTo("inspect");
            bench.awaitQuiet();
        }
    }

    /** The other edge is the one server here that speaks it. checklist 37 */
    @Test
    void a_post_quantum_upstream_is_met_as_one_and_is_no_finding_to_a_client_without()
            throws Exception {
        try (var far = new Bench(InspectTest.INSPECT);
                var bench = new Bench(InspectTest.INSPECT);
                var upstream = MisbehavingUpstream.that(echoing(KeySpec.EC_P256));
                var way = MisbehavingUpstream.that(through(far, upstream.address()))) {
            bench.policy(
                    8,
                    "rules:\n  - { name: default, then: inspect, on: { untrusted: mirror-untrusted } }\n");
            assertThatThrownBy(() -> client(bench, way.address(), "TLSv1.3"))
                    .isInstanceOf(IOException.class);
            var record = bench.record();
            assertThat(record.json())
                    .containsPattern("\"upstream_tls\":\\{[^}]*\"group\":\"X25519MLKEM768\"")
                    .contains("\"not_offered\":[]");
            assertThat(record.text("post_quantum")).isEqualTo("not-offered");
            bench.awaitQuiet();
            far.awaitQuiet();
        }
    }

    private static double postQuantum(Bench bench, String offer) {
        return bench.meters
                .get("overt.edge.upstream.post.quantum")
                .tag("offer", offer)
                .counter()
                .count();
    }

    private static Manner echoing(KeySpec key) {
        return TlsManner.with(Bench.PKI.issue(CertificateSpec.leaf(HOST).key(key)))
                .alpn("h2")
                .speaking(tls -> tls.getInputStream().transferTo(tls.getOutputStream()));
    }

    /** Passes everything on to {@code upstream}, by way of an edge. */
    private static Manner through(Bench edge, InetSocketAddress upstream) {
        return (socket, _) -> {
            try (var tunnel = edge.connectTo(upstream)) {
                var back =
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            try (socket) {
                                                tunnel.getInputStream()
                                                        .transferTo(socket.getOutputStream());
                                            } catch (IOException e) {
                                                // Either side is gone, and so is the other then.
                                            }
                                        });
                socket.getInputStream().transferTo(tunnel.getOutputStream());
                tunnel.shutdownOutput();
                back.join();
            }
        };
    }

    private static void client(Bench bench, InetSocketAddress upstream, String version)
            throws IOException {
        try (var client =
                Clients.tls(bench.connectTo(upstream), bench.forge.anchor(), HOST, "h2")) {
            client.setEnabledProtocols(new String[] {version});
            client.startHandshake();
        }
    }

    private static void ecdsaClient(Bench bench, InetSocketAddress upstream) throws IOException {
        try (var client =
                Clients.tls(bench.connectTo(upstream), bench.forge.anchor(), HOST, "h2")) {
            var parameters = client.getSSLParameters();
            parameters.setSignatureSchemes(new String[] {"ecdsa_secp256r1_sha256"});
            client.setSSLParameters(parameters);
            client.startHandshake();
        }
    }

    /** By BoringSSL: the JDK's client does not know the group. */
    private static void postQuantumClient(Bench bench, InetSocketAddress upstream)
            throws Exception {
        SslContext context =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.OPENSSL_REFCNT)
                        .trustManager(bench.forge.anchor())
                        .endpointIdentificationAlgorithm("HTTPS")
                        .option(
                                OpenSslContextOption.GROUPS,
                                new String[] {"X25519MLKEM768", "x25519", "P-256"})
                        .build();
        var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            var shaken = new CompletableFuture<Void>();
            var authority = "127.0.0.1:" + upstream.getPort();
            var channel =
                    new Bootstrap()
                            .group(loops)
                            .channel(NioSocketChannel.class)
                            .handler(new AfterConnect(context, shaken))
                            .connect(bench.proxy())
                            .sync()
                            .channel();
            channel.writeAndFlush(
                            Unpooled.copiedBuffer(
                                    "CONNECT "
                                            + authority
                                            + " HTTP/1.1\r\nHost: "
                                            + authority
                                            + "\r\n\r\n",
                                    StandardCharsets.US_ASCII))
                    .sync();
            shaken.get(Bench.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            channel.close().sync();
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
            ReferenceCountUtil.release(context);
        }
    }

    /** Swallows the 200, then begins TLS. */
    private static final class AfterConnect extends ChannelInboundHandlerAdapter {
        private final SslContext context;
        private final CompletableFuture<Void> shaken;
        private final StringBuilder head = new StringBuilder();

        AfterConnect(SslContext context, CompletableFuture<Void> shaken) {
            this.context = context;
            this.shaken = shaken;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var bytes = (io.netty.buffer.ByteBuf) message;
            head.append(bytes.toString(StandardCharsets.US_ASCII));
            bytes.release();
            if (head.toString().endsWith("\r\n\r\n")) {
                var tls = new SslHandler(context.newEngine(ctx.alloc(), HOST, 443));
                tls.handshakeFuture()
                        .addListener(
                                done -> {
                                    if (done.isSuccess()) {
                                        shaken.complete(null);
                                    } else {
                                        shaken.completeExceptionally(done.cause());
                                    }
                                });
                ctx.pipeline().replace(this, "tls", tls);
            }
        }
    }
}
