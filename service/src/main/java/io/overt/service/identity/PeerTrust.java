package io.overt.service.identity;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Trust between members of a fleet: the JDK's PKIX validation against the fleet's anchors, then, on
 * the client's side, the peer's identity instead of a host name. gRPC always asks for the web's
 * host name check; it happens in the methods that take an engine or a socket, and those
 * deliberately do not pass theirs on.
 */
final class PeerTrust extends X509ExtendedTrustManager {
    private final X509TrustManager pkix;
    private final Optional<ExpectedPeer> expectedServer;

    /** For a server: any member may connect, {@link RoleGate} says what it may call. */
    static PeerTrust ofServer(List<X509Certificate> anchors) {
        return new PeerTrust(anchors, Optional.empty());
    }

    /** For a client: only such a server is talked to. */
    static PeerTrust ofClient(List<X509Certificate> anchors, ExpectedPeer expected) {
        return new PeerTrust(anchors, Optional.of(expected));
    }

    private PeerTrust(List<X509Certificate> anchors, Optional<ExpectedPeer> expectedServer) {
        this.pkix = pkix(anchors);
        this.expectedServer = expectedServer;
    }

    private static X509TrustManager pkix(List<X509Certificate> anchors) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < anchors.size(); i++) {
                store.setCertificateEntry("anchor-" + i, anchors.get(i));
            }
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (var manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager x509) {
                    return x509;
                }
            }
            throw new IllegalStateException("the JDK's PKIX factory made no X509TrustManager");
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException(
                    "an in-memory key store of certificates cannot be made", e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        pkix.checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        var expected =
                expectedServer.orElseThrow(
                        () ->
                                new CertificateException(
                                        "made for the server's end of a connection"));
        pkix.checkServerTrusted(chain, authType);
        FleetIdentity peer;
        try {
            peer = FleetIdentity.of(chain[0]);
        } catch (MalformedIdentityException e) {
            throw new CertificateException("peer without a fleet identity: " + e.getMessage(), e);
        }
        if (!expected.admits(peer)) {
            throw new CertificateException("peer is " + peer + " (expected: " + expected + ")");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return pkix.getAcceptedIssuers();
    }
}
