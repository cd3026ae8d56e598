package io.overt.edge.forge;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.overt.testkit.pki.TestPki;
import java.nio.ByteBuffer;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** What tests do with forged leaves. */
final class TestLeaves {

    /**
     * A server context as the edge has it: one for all hosts, without a certificate of its own that
     * could win.
     */
    static SslContext serverContext(X509Certificate fallback, PrivateKey key) throws SSLException {
        return SslContextBuilder.forServer(key, fallback)
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .protocols("TLSv1.2", "TLSv1.3")
                .build();
    }

    /**
     * Serves {@code leaf} over a whole handshake with the JDK's own client, which verifies; answers
     * the leaf that it saw.
     */
    static X509Certificate handshake(ForgedLeaf leaf, X509Certificate root, String host)
            throws Exception {
        var fallback = TestPki.create().leaf("fallback.invalid");
        SslContext context = serverContext(fallback.certificate(), fallback.privateKey());
        var server =
                (ReferenceCountedOpenSslEngine) context.newEngine(PooledByteBufAllocator.DEFAULT);
        try {
            leaf.attachTo(server);
            SSLEngine client =
                    SslContextBuilder.forClient()
                            .sslProvider(SslProvider.JDK)
                            .trustManager(root)
                            .endpointIdentificationAlgorithm("HTTPS")
                            .build()
                            .newEngine(PooledByteBufAllocator.DEFAULT, host, 443);
            run(client, server);
            return (X509Certificate) client.getSession().getPeerCertificates()[0];
        } finally {
            server.release();
            ReferenceCountUtil.release(context);
        }
    }

    static byte[] flipLastBit(byte[] der) {
        byte[] copy = der.clone();
        copy[copy.length - 1] ^= 1;
        return copy;
    }

    private static void run(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
        ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
        ByteBuffer empty = ByteBuffer.allocate(0);
        ByteBuffer plain = ByteBuffer.allocate(1 << 16);
        client.beginHandshake();
        server.beginHandshake();
        for (int i = 0; i < 200; i++) {
            step(client, empty, toServer, toClient, plain);
            step(server, empty, toClient, toServer, plain);
            if (done(client) && done(server) && toServer.position() == 0) {
                return;
            }
        }
        throw new SSLException("no handshake after 200 steps");
    }

    private static void step(
            SSLEngine engine, ByteBuffer empty, ByteBuffer out, ByteBuffer in, ByteBuffer plain)
            throws SSLException {
        tasks(engine);
        in.flip();
        engine.unwrap(in, plain.clear());
        in.compact();
        tasks(engine);
        engine.wrap(empty.clear(), out);
    }

    private static void tasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask();
                task != null;
                task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private static boolean done(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private TestLeaves() {}
}
