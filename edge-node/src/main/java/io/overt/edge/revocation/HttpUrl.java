package io.overt.edge.revocation;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * An {@code http} URL out of a certificate, which its issuer wrote, and nobody checked.
 *
 * @param host a name or an address, without brackets
 * @param port as written, or 80
 * @param target what stands in the request line
 */
record HttpUrl(String host, int port, String target) {
    /** Empty for anything that is not fetched: other schemes, user names, no host. */
    static Optional<HttpUrl> parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
        if (!"http".equalsIgnoreCase(uri.getScheme())
                || uri.getHost() == null
                || uri.getRawUserInfo() != null
                || !text.chars().allMatch(c -> c > 0x20 && c < 0x7f)
                || uri.getPort() == 0
                || uri.getPort() > 0xffff) {
            return Optional.empty();
        }
        var path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        var host = uri.getHost();
        return Optional.of(
                new HttpUrl(
                        (host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
                                .toLowerCase(Locale.ROOT),
                        uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                        uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery()));
    }

    /** What stands in {@code Host}. */
    String authority() {
        var name = host.indexOf(':') < 0 ? host : "[" + host + "]";
        return port == DEFAULT_PORT ? name : name + ":" + port;
    }

    private static final int DEFAULT_PORT = 80;
}
