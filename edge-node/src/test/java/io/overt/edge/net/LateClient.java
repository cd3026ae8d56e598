package io.overt.edge.net;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Vector;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.NameType;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.ServerOnlyTlsAuthentication;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * A client that finishes its handshake first and looks at the certificate then, as Firefox on
 * Android does: its alert comes behind its Finished, under the traffic keys.
 */
final class LateClient {

    private LateClient() {}

    /** Finishes a TLS 1.3 handshake, then says {@code alert} and closes. */
    static void refuse(Socket socket, String host, short alert) throws IOException {
        var protocol = new Protocol(socket);
        protocol.connect(
                new DefaultTlsClient(new BcTlsCrypto(new SecureRandom())) {
                    @Override
                    protected ProtocolVersion[] getSupportedVersions() {
                        return ProtocolVersion.TLSv13.only();
                    }

                    @Override
                    protected Vector<ServerName> getSNIServerNames() {
                        var names = new Vector<ServerName>();
                        names.add(
                                new ServerName(
                                        NameType.host_name,
                                        host.getBytes(StandardCharsets.US_ASCII)));
                        return names;
                    }

                    @Override
                    public TlsAuthentication getAuthentication() {
                        return new ServerOnlyTlsAuthentication() {
                            @Override
                            public void notifyServerCertificate(TlsServerCertificate shown) {
                                // Later.
                            }
                        };
                    }
                });
        protocol.say(alert);
        socket.close();
    }

    private static final class Protocol extends TlsClientProtocol {
        Protocol(Socket socket) throws IOException {
            super(socket.getInputStream(), socket.getOutputStream());
        }

        void say(short alert) throws IOException {
            raiseAlertFatal(alert, "late", null);
        }
    }
}
