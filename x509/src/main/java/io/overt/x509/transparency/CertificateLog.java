package io.overt.x509.transparency;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Optional;

/**
 * A log of certificates.
 *
 * @param name for people
 * @param operator who runs it; promises of one operator are worth one's word
 * @param key what it signs with: ECDSA P-256, or RSA of 2048 bits and more (RFC 6962 §2.1.4)
 * @param standing what its word is worth
 * @param from it takes certificates that expire then or later
 * @param until it takes certificates that expire before then
 */
public record CertificateLog(
        String name,
        String operator,
        PublicKey key,
        Standing standing,
        Optional<Instant> from,
        Optional<Instant> until) {

    public CertificateLog {
        if (!isOfLogs(key)) {
            throw new IllegalArgumentException(
                    "key of log "
                            + name
                            + ": "
                            + key.getAlgorithm()
                            + " (expected: EC P-256, or RSA of 2048 bits and more)");
        }
    }

    /** What a log's word is worth, by whoever keeps the list of logs. */
    public sealed interface Standing {
        /** Its promises count: qualified, usable or read-only. */
        record InForce() implements Standing {}

        /** Those count that it made before, beside a promise of a log that is in force. */
        record RetiredAt(Instant at) implements Standing {}

        /** None counts: pending, or rejected. */
        record Worthless() implements Standing {}
    }

    /** Its name in promises. */
    public LogId id() {
        return LogId.of(key);
    }

    /** Whether a certificate that expires then belongs into it. */
    boolean takes(Instant notAfter) {
        return from.map(first -> !notAfter.isBefore(first)).orElse(true)
                && until.map(notAfter::isBefore).orElse(true);
    }

    private static boolean isOfLogs(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec -> ec.getParams().getCurve().getField().getFieldSize() == 256;
            case RSAPublicKey rsa -> {
                int bits = rsa.getModulus().bitLength();
                yield bits >= 2048 && bits <= 8192;
            }
            default -> false;
        };
    }
}
