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
import io.overt.edge.flow.UpstreamOffer;
import io.overt.edge.revocation.UpstreamCheck.Stapled;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS with upstreams, as the client would have spoken it: its server name, its offers. Certificates
 * are not judged here: {@code flow} does nothing with an upstream before a {@code ChainVerifier}
 * has, and the handshake proves meanwhile that the upstream holds the leaf's key. Thread-safe.
 */
final class UpstreamLeg implements AutoCloseable {
    private final OfferedSignatures signatures = OfferedSignatures.loaded();
    private final BoundedContexts<Kind> contexts = new BoundedContexts<>(this::context);

    /** Engines whose upstream asked for a client certificate; each is taken out by its owner. */
    private final Set<SSLEngine> asked = ConcurrentHashMap.newKeySet();

    /** What BoringSSL takes for a context and not for a connection. */
    private record Kind(List<String> alpn, List<String> groups) {}

    /** Whoever gets the engine releases it, which a {@code SslHandler} does. */
    ReferenceCountedOpenSslEngine engine(
            ByteBufAllocator alloc, Optional<String> serverName, UpstreamOffer offer)
            throws SSLException {
        var alpn = offer.alpn().stream().filter(UpstreamLeg::isOfferable).toList();
        var context = contexts.of(new Kind(alpn, offer.groups()));
        var engine =
                (ReferenceCountedOpenSslEngine)
                        (serverName.isPresent()
                                ? context.newEngine(alloc, serverName.get(), 443)
                                : context.newEngine(alloc));
        try {
            if (!offer.cipherSuites().equals(EVERYTHING.cipherSuites())) {
                engine.setEnabledCipherSuites(offer.cipherSuites().toArray(String[]::new));
            }
            engine.setEnabledProtocols(offer.protocols().toArray(String[]::new));
            return engine;
        } catch (RuntimeException e) {
            engine.release();
            throw e;
        }
    }

    /** The OCSP response that the upstream stapled, if it did. After the handshake. */
    static Optional<Stapled> staple(ReferenceCountedOpenSslEngine engine) {
        var response = engine.getOcspResponse();
        return response == null || response.length == 0
                ? Optional.empty()
                : Optional.of(new Stapled(response));
    }

    /** Whether the upstream asked for a client certificate. Answers once. */
    boolean takeAskedForCertificate(SSLEngine engine) {
        return asked.remove(engine);
    }

    /**
     * BoringSSL takes names of 1 to 255 bytes; GREASE values (RFC 8701 §2) are not for upstreams.
     * Every other name is, however odd: where an upstream refuses a client for it, so do we.
     */
    private static boolean isOfferable(String protocol) {
        return !protocol.isEmpty()
                && protocol.length() <= 255
                && protocol.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
    }

    private SslContext context(Kind kind) throws SSLException {
        var builder =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.OPENSSL_REFCNT)
                        .protocols("TLSv1.3", "TLSv1.2")
                        .ciphers(EVERYTHING.cipherSuites())
                        .option(TlsParameters.GROUPS_OPTION, kind.groups().toArray(String[]::new))
                        // Names are verified with the chain, by rules stricter than the JDK's.
                        .endpointIdentificationAlgorithm(null)
                        .trustManager(new JudgedLater())
                        // status_request, as browsers send it (RFC 6066 §8).
                        .enableOcsp(true)
                        .keyManager(new Detector());
        if (!kind.alpn().isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            kind.alpn()));
        }
        var context = (ReferenceCountedOpenSslContext) builder.build();
        signatures.offerBy(context);
        // Each connection meets its upstream anew, certificate included.
        context.sessionContext().setSessionCacheEnabled(false);
        return context;
    }

    @Override
    public void close() {
        contexts.close();
    }

    private static final UpstreamOffer EVERYTHING = UpstreamOffer.everything(List.of());

    /** Lets the handshake finish; see above for who judges. */
    private static final class JudgedLater extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            throw new IllegalStateException("an upstream leg has no clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new IllegalStateException("an upstream leg has no clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new IllegalStateException("an upstream leg has no clients");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Has no certificate for anybody; BoringSSL asks it exactly when the upstream asks for one. */
    private final class Detector extends X509ExtendedKeyManager {
        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
            asked.add(engine);
            return null;
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public String @Nullable [] getClientAliases(
                String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public String @Nullable [] getServerAliases(
                String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return null;
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return null;
        }
    }
}
