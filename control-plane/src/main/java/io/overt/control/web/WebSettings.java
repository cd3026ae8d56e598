package io.overt.control.web;

import io.overt.service.config.ConfigNode;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code web} of the configuration.
 *
 * @param listen HTTPS, for browsers and machines
 * @param certificate PEM, for the host name that browsers use; then intermediates
 * @param key PKCS#8, of the certificate
 * @param clientTrustAnchors who may vouch for a client's certificate; absent: none is asked for
 * @param maxBody bytes of a request's body
 * @param requestTimeout from a request's first byte to its answer's last, streams apart
 * @param idleTimeout of a connection without a request
 * @param maxConnections at once
 */
public record WebSettings(
        InetSocketAddress listen,
        Path certificate,
        Path key,
        Optional<Path> clientTrustAnchors,
        long maxBody,
        Duration requestTimeout,
        Duration idleTimeout,
        int maxConnections) {

    /** Reads every key of the section. */
    public static WebSettings read(ConfigNode section) {
        return new WebSettings(
                section.listenAddress("listen", "0.0.0.0:9449"),
                section.path("certificate"),
                section.path("key"),
                section.optionalPath("client-trust-anchors"),
                section.size("max-body", 16L << 20, 64L << 10, 1L << 30),
                section.duration(
                        "request-timeout",
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(10)),
                section.duration(
                        "idle-timeout",
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(1),
                        Duration.ofHours(1)),
                section.integer("max-connections", 1_000, 1, 100_000));
    }
}
