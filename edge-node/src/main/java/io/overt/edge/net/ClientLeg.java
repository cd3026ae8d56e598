package io.overt.edge.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.overt.edge.forge.ForgedLeaf;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * TLS with clients: one native context for each protocol that an upstream may choose, shared by all
 * connections, and the forged leaf attached to each connection's engine (a context a host would
 * cost 40 ms instead of 0.2). Thread-safe.
 */
final class ClientLeg implements AutoCloseable {
    private final BoundedContexts<List<String>> contexts;
    private final FallbackIdentity fallback = FallbackIdentity.create();

    ClientLeg() {
        contexts = new BoundedContexts<>(this::context);
    }

    /**
     * An engine before its handshake that shows {@code leaf}; whoever gets it releases it, which a
     * {@code SslHandler} does.
     *
     * @param alpn exactly what the upstream chose; without one the client gets none either
     */
    ReferenceCountedOpenSslEngine engine(
            ByteBufAllocator alloc, Optional<String> alpn, ForgedLeaf leaf) throws SSLException {
        var engine =
                (ReferenceCountedOpenSslEngine)
                        contexts.of(alpn.map(List::of).orElse(List.of())).newEngine(alloc);
        try {
            leaf.attachTo(engine);
            // Netty turns tickets on for each engine, whatever the context says: a test met them.
            SSL.setOptions(engine.sslPointer(), SSL.SSL_OP_NO_TICKET);
            return engine;
        } catch (SSLException | RuntimeException e) {
            engine.release();
            throw e;
        }
    }

    private SslContext context(List<String> alpn) throws SSLException {
        var builder =
                SslContextBuilder.forServer(fallback.privateKey(), fallback.certificate())
                        .sslProvider(SslProvider.OPENSSL_REFCNT)
                        .protocols("TLSv1.3", "TLSv1.2")
                        .ciphers(TlsParameters.CLIENT_LEG_CIPHERS)
                        .option(TlsParameters.GROUPS_OPTION, TlsParameters.groups());
        if (!alpn.isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            alpn));
        }
        var context = (ReferenceCountedOpenSslContext) builder.build();
        // A resumed session would carry a certificate and a decision of another connection (ADR
        // 0052).
        context.sessionContext().setSessionCacheEnabled(false);
        return context;
    }

    @Override
    public void close() {
        contexts.close();
    }
}
