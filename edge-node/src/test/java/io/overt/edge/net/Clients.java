package io.overt.edge.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Clients by the JDK's TLS, which is not the stack under test. */
final class Clients {

    private Clients() {}

    /** TLS over {@code socket}, not yet shaken hands; verifies name and chain. */
    static SSLSocket tls(Socket socket, X509Certificate anchor, String name, String... alpn)
            throws IOException {
        var tls =
                (SSLSocket)
                        trusting(anchor)
                                .getSocketFactory()
                                .createSocket(socket, name, socket.getPort(), true);
        var parameters = tls.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(alpn);
        tls.setSSLParameters(parameters);
        return tls;
    }

    private static SSLContext trusting(X509Certificate anchor) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("anchor", anchor);
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the JDK trusts no test anchor", e);
        }
    }

    /** Up to and with the empty line. */
    static String readHead(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            var next = in.read();
            if (next < 0) {
                throw new IOException(
                        "ended inside a head: " + head.toString(StandardCharsets.ISO_8859_1));
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** A whole hello that names the host, in one record. */
    static byte[] hello(String name) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, null, null);
            var engine = context.createSSLEngine(name, 443);
            engine.setUseClientMode(true);
            engine.beginHandshake();
            var out = ByteBuffer.allocate(65_536);
            var _ = engine.wrap(ByteBuffer.allocate(0), out);
            out.flip();
            var bytes = new byte[out.remaining()];
            out.get(bytes);
            return bytes;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("JSSE makes no hello", e);
        }
    }
}
