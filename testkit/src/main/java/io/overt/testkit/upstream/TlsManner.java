package io.overt.testkit.upstream;

import io.overt.testkit.pki.TestIdentity;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Serves TLS by the JDK's own engine. Immutable. */
public final class TlsManner {
    private final SSLContext context;
    private final List<String> versions;
    private final List<String> alpn;
    private final List<String> groups;
    private final ClientCertificate clientCertificate;

    /** Whether clients are asked for a certificate. */
    public enum ClientCertificate {
        NOT_ASKED,
        WANTED,
        REQUIRED
    }

    /** What is said once TLS stands; the connection is closed afterwards, with close_notify. */
    @FunctionalInterface
    public interface Conversation {
        void hold(SSLSocket connection) throws Exception;
    }

    private TlsManner(
            SSLContext context,
            List<String> versions,
            List<String> alpn,
            List<String> groups,
            ClientCertificate clientCertificate) {
        this.context = context;
        this.versions = versions;
        this.alpn = alpn;
        this.groups = groups;
        this.clientCertificate = clientCertificate;
    }

    /** TLS 1.2 and 1.3, no ALPN, no client certificate. */
    public static TlsManner with(TestIdentity identity) {
        try {
            var keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(identity.keyStore(PASSWORD), PASSWORD);
            var context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return new TlsManner(
                    context,
                    List.of("TLSv1.3", "TLSv1.2"),
                    List.of(),
                    List.of(),
                    ClientCertificate.NOT_ASKED);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK does not serve this identity", e);
        }
    }

    public TlsManner versions(String... only) {
        return new TlsManner(context, List.of(only), alpn, groups, clientCertificate);
    }

    /** The protocols it speaks; to a client that offers others it answers with an alert. */
    public TlsManner alpn(String... protocols) {
        return new TlsManner(context, versions, List.of(protocols), groups, clientCertificate);
    }

    /** The groups that it agrees on keys in, by the JDK's names; without, all of the JDK's. */
    public TlsManner groups(String... only) {
        return new TlsManner(context, versions, alpn, List.of(only), clientCertificate);
    }

    public TlsManner clientCertificate(ClientCertificate asks) {
        return new TlsManner(context, versions, alpn, groups, asks);
    }

    /** The finished manner. */
    public MisbehavingUpstream.Manner speaking(Conversation conversation) {
        return (socket, _) -> serve(socket, conversation);
    }

    private void serve(Socket socket, Conversation conversation) throws Exception {
        try (var tls = wrap(socket)) {
            tls.startHandshake();
            conversation.hold(tls);
        }
    }

    private SSLSocket wrap(Socket socket) throws IOException {
        var tls = (SSLSocket) context.getSocketFactory().createSocket(socket, null, true);
        tls.setUseClientMode(false);
        var parameters = tls.getSSLParameters();
        parameters.setProtocols(versions.toArray(String[]::new));
        parameters.setApplicationProtocols(alpn.toArray(String[]::new));
        if (!groups.isEmpty()) {
            parameters.setNamedGroups(groups.toArray(String[]::new));
        }
        switch (clientCertificate) {
            case NOT_ASKED -> parameters.setWantClientAuth(false);
            case WANTED -> parameters.setWantClientAuth(true);
            case REQUIRED -> parameters.setNeedClientAuth(true);
        }
        tls.setSSLParameters(parameters);
        return tls;
    }

    private static final char[] PASSWORD = "upstream".toCharArray();
}
