package io.overt.edge.net;

import io.netty.handler.ssl.OpenSslSession;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.overt.edge.flow.Known.TlsSession;
import java.util.Optional;

/** What an engine says about a finished handshake. */
final class TlsSessions {

    private TlsSessions() {}

    static TlsSession of(ReferenceCountedOpenSslEngine engine, Optional<String> alpn) {
        var session = engine.getSession();
        var group =
                session instanceof OpenSslSession openssl
                        ? Optional.ofNullable(openssl.getNamedGroup())
                        : Optional.<String>empty();
        return new TlsSession(session.getProtocol(), session.getCipherSuite(), group, alpn);
    }
}
