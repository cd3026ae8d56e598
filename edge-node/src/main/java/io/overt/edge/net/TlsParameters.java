package io.overt.edge.net;

import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContextOption;
import java.util.List;

/** What the client leg takes, and how contexts are told of groups. */
final class TlsParameters {

    private TlsParameters() {}

    static final SslContextOption<String[]> GROUPS_OPTION = OpenSslContextOption.GROUPS;

    /**
     * P-256 must be among them: with TLS 1.2 the groups also bound the curve of our leaf's key (RFC
     * 8422 §5.1).
     */
    static String[] groups() {
        return new String[] {"X25519MLKEM768", "x25519", "P-256"};
    }

    /** The leaf key is ECDSA P-256, so these are all. {@code flow.Servable} knows the same. */
    static final List<String> CLIENT_LEG_CIPHERS =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
}
