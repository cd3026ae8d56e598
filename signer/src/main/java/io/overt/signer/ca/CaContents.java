package io.overt.signer.ca;

import io.overt.x509.MirrorProfile;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * What a CA's certificate says, all but its serial number, its keys and its signature.
 *
 * @param subject who it is, and what it is for
 * @param notBefore first second of its life
 * @param notAfter last second of its life
 * @param purpose what it signs
 * @param pathLength how many CAs may follow below it
 * @param nameLimits which names may be below it
 * @param crlUrls where the CRL is that would say that this certificate is revoked
 * @param caIssuersUrls where its issuer's certificate is
 */
public record CaContents(
        X500Name subject,
        Instant notBefore,
        Instant notAfter,
        Purpose purpose,
        int pathLength,
        NameLimits nameLimits,
        List<String> crlUrls,
        List<String> caIssuersUrls) {

    /** What a CA signs. */
    public enum Purpose {
        /** Other CAs' certificates. */
        ROOT,
        /** Leaves for TLS servers, and no CA below it. */
        ISSUING
    }

    public CaContents {
        // Certificates count in seconds: RFC 5280 §4.1.2.5.
        notBefore = notBefore.truncatedTo(ChronoUnit.SECONDS);
        notAfter = notAfter.truncatedTo(ChronoUnit.SECONDS);
        crlUrls = List.copyOf(crlUrls);
        caIssuersUrls = List.copyOf(caIssuersUrls);
        if (subject.getRDNs().length == 0) {
            throw new IllegalArgumentException("subject: empty (expected: a name)");
        }
        if (!notBefore.isBefore(notAfter)) {
            throw new IllegalArgumentException(
                    "not-after: %s (expected: after not-before, %s)"
                            .formatted(notAfter, notBefore));
        }
        switch (purpose) {
            case ROOT -> {
                if (pathLength < 1) {
                    throw new IllegalArgumentException(
                            "path-length: %d (expected: at least 1, a root has CAs below it)"
                                    .formatted(pathLength));
                }
            }
            case ISSUING -> {
                if (pathLength != 0) {
                    throw new IllegalArgumentException(
                            "path-length: %d (expected: 0, an issuing CA makes leaves only)"
                                    .formatted(pathLength));
                }
            }
        }
        crlUrls.forEach(url -> MirrorProfile.requireWebAddress("crl-urls", url));
        caIssuersUrls.forEach(url -> MirrorProfile.requireWebAddress("ca-issuers-urls", url));
    }
}
