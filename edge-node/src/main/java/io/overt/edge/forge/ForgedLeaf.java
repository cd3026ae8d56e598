package io.overt.edge.forge;

import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.OpenSslCredentialBuilder;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A forged certificate with the native credential that BoringSSL serves it from. Thread-safe.
 *
 * <p>The credential lives outside the heap and is reference counted. The cache that holds the leaf
 * owns one reference and gives it up when it evicts the leaf ({@link #close()}); each engine holds
 * its own. A connection that got the leaf just before the eviction is not racing with it: {@link
 * #attachTo} then builds a credential for that one engine. So a connection has nothing to release.
 */
public final class ForgedLeaf implements AutoCloseable {
    private final List<X509Certificate> chain;
    private final PrivateKey key;

    /** Guarded by this; null once closed. */
    private @Nullable OpenSslCredential credential;

    private ForgedLeaf(List<X509Certificate> chain, PrivateKey key, OpenSslCredential credential) {
        this.chain = chain;
        this.key = key;
        this.credential = credential;
    }

    /**
     * Builds the native credential: 0.1 to 0.3 ms and about 2 kB outside the heap, so not on an
     * event loop.
     *
     * @param chain the forged leaf, its issuing CA, and what a client needs beyond it, without the
     *     root
     * @param key the private half of the leaf's key
     * @throws SSLException if BoringSSL does not take chain and key
     */
    public static ForgedLeaf of(List<X509Certificate> chain, PrivateKey key) throws SSLException {
        List<X509Certificate> copy = List.copyOf(chain);
        return new ForgedLeaf(copy, key, credential(copy, key));
    }

    /** The forged certificate. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /**
     * What the client is sent: the forged leaf, its issuing CA, the CA's own chain without the
     * root.
     */
    public List<X509Certificate> chain() {
        return chain;
    }

    /**
     * Makes {@code engine} serve this leaf. The engine takes a reference of its own and drops it
     * when it is released.
     *
     * @param engine a server engine before its handshake, of a context with no certificate that
     *     would win over this one
     * @throws SSLException if the engine is closed, or BoringSSL refuses
     */
    public void attachTo(ReferenceCountedOpenSslEngine engine) throws SSLException {
        OpenSslCredential own = retained();
        try {
            engine.addCredential(own);
        } finally {
            own.release();
        }
    }

    /**
     * Gives up the cache's reference; engines that serve the leaf keep theirs. Again is harmless.
     */
    @Override
    public void close() {
        OpenSslCredential last;
        synchronized (this) {
            last = credential;
            credential = null;
        }
        if (last != null) {
            last.release();
        }
    }

    /** The cache's reference, for tests that count. */
    OpenSslCredential credentialForTest() {
        synchronized (this) {
            return Objects.requireNonNull(credential, "closed");
        }
    }

    /** A reference that the caller releases. */
    private OpenSslCredential retained() throws SSLException {
        synchronized (this) {
            if (credential != null) {
                return credential.retain();
            }
        }
        return credential(chain, key);
    }

    private static OpenSslCredential credential(List<X509Certificate> chain, PrivateKey key)
            throws SSLException {
        try {
            return OpenSslCredentialBuilder.forX509(key, chain.toArray(X509Certificate[]::new))
                    .build();
        } catch (IllegalStateException e) { // the builder's wrapping of whatever BoringSSL said
            throw new SSLException("forged leaf " + chain.getFirst().getSubjectX500Principal(), e);
        }
    }
}
