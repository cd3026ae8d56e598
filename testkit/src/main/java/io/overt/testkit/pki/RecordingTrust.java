package io.overt.testkit.pki;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What a client of sockets trusts, and what it was shown: a chain is written down before it is
 * judged, so that a test can look at what was refused, too. Thread-safe; for one connection or for
 * several, whose chains then follow each other.
 */
public final class RecordingTrust {
    private final List<X509Certificate> shown = new CopyOnWriteArrayList<>();
    private final Optional<X509ExtendedTrustManager> judge;

    private RecordingTrust(Optional<X509ExtendedTrustManager> judge) {
        this.judge = judge;
    }

    /** Finds nothing wrong with anything, as the most patient user would. */
    public static RecordingTrust believing() {
        return new RecordingTrust(Optional.empty());
    }

    /** Trusts these anchors, and verifies names as HTTPS does. */
    public static RecordingTrust in(X509Certificate... anchors) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < anchors.length; i++) {
                store.setCertificateEntry("anchor-" + i, anchors[i]);
            }
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            return new RecordingTrust(
                    Optional.of((X509ExtendedTrustManager) trust.getTrustManagers()[0]));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the JDK trusts no test anchor", e);
        }
    }

    /** What servers showed, each leaf first; empty if nothing. */
    public List<X509Certificate> shown() {
        return List.copyOf(shown);
    }

    /** TLS over {@code socket} to {@code host}, not yet shaken hands. Closing it closes both. */
    public SSLSocket tls(Socket socket, String host) throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Recorder()}, null);
            var tls =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(socket, host, socket.getPort(), true);
            var parameters = tls.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host)));
            if (judge.isPresent()) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            tls.setSSLParameters(parameters);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no TLS", e);
        }
    }

    private final class Recorder extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            shown.addAll(List.of(chain));
            if (judge.isPresent()) {
                judge.get().checkServerTrusted(chain, type, socket);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            throw new UnsupportedOperationException("a client of sockets");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException("a client that knows the host");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new UnsupportedOperationException("a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            throw new UnsupportedOperationException("a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException("a client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return judge.map(X509ExtendedTrustManager::getAcceptedIssuers)
                    .orElseGet(() -> new X509Certificate[0]);
        }
    }
}
