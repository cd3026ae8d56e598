package io.overt.edge.revocation;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * Something to fetch.
 *
 * @param url as the certificate has it
 * @param body what is posted; nothing for GET
 */
record Ask(Kind kind, String url, Optional<ByteString> body) {
    /** What it is. */
    enum Kind {
        CRL("application/pkix-crl"),
        OCSP("application/ocsp-response"),
        CA_ISSUERS("application/pkix-cert, application/pkcs7-mime");

        private final String accept;

        Kind(String accept) {
            this.accept = accept;
        }

        String accept() {
            return accept;
        }

        /** As metrics write it. */
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    static Ask crl(String url) {
        return new Ask(Kind.CRL, url, Optional.empty());
    }

    static Ask caIssuers(String url) {
        return new Ask(Kind.CA_ISSUERS, url, Optional.empty());
    }

    /**
     * RFC 5019 §5: by GET where the request is short enough, so that caches on the way can answer;
     * else by POST.
     */
    static Ask ocsp(String url, byte[] request) {
        var encoded =
                Base64.getEncoder()
                        .encodeToString(request)
                        .replace("+", "%2B")
                        .replace("/", "%2F")
                        .replace("=", "%3D");
        return encoded.length() <= LONGEST_GET
                ? new Ask(
                        Kind.OCSP, url + (url.endsWith("/") ? "" : "/") + encoded, Optional.empty())
                : new Ask(Kind.OCSP, url, Optional.of(ByteString.copyFrom(request)));
    }

    /** The name under which the answer is kept. */
    byte[] key() {
        return (kind.label() + "\0" + url + "\0")
                .concat(
                        body.map(bytes -> Base64.getEncoder().encodeToString(bytes.toByteArray()))
                                .orElse(""))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** RFC 5019 §5: 255 bytes after encoding. */
    private static final int LONGEST_GET = 255;
}
