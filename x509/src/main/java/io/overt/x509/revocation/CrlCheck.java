package io.overt.x509.revocation;

import io.overt.x509.revocation.DerCursor.Element;
import io.overt.x509.revocation.RevocationAnswer.Good;
import io.overt.x509.revocation.RevocationAnswer.Revoked;
import io.overt.x509.revocation.RevocationAnswer.Why;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * What a CRL says about a certificate, by RFC 5280 §5 and §6.3.3.
 *
 * <p>Supported are complete CRLs, whole or partitioned by an issuing distribution point, signed
 * with the very key that signed the certificate. Not supported, so never believed: indirect CRLs,
 * delta CRLs, CRLs by some reasons only (but for a certificate that one lists), and CRLs that a CA
 * signed with another key of the same name: the web PKI has none of them (CA/Browser Forum Baseline
 * Requirements §7.2).
 */
public final class CrlCheck {
    /**
     * Larger CRLs are not read. The largest of the web PKI, unpartitioned ones of old CAs, had
     * about ten megabytes.
     */
    public static final int MAX_BYTES = 16 * 1024 * 1024;

    private static final int EXTENSIONS = 0xa0;
    private static final int CRL_SIGN = 6;

    /**
     * Evaluates a CRL. Takes time linear in its size, a hundred milliseconds for the largest, so it
     * is not for an event loop.
     *
     * @param crl DER; not changed, and must not change meanwhile
     * @param at the only clock there is
     */
    public static RevocationAnswer check(byte[] crl, IssuedCertificate about, Instant at) {
        try {
            return evaluate(crl, about, at);
        } catch (UnusableException e) {
            return e.answer();
        } catch (RuntimeException e) {
            // BouncyCastle refuses what it cannot read by all kinds of exceptions.
            return UnusableException.malformed("CRL: " + e).answer();
        }
    }

    private static RevocationAnswer evaluate(byte[] crl, IssuedCertificate about, Instant at)
            throws UnusableException {
        if (crl.length > MAX_BYTES) {
            throw new UnusableException(
                    Why.TOO_LARGE,
                    "CRL: " + crl.length + " bytes (expected: at most " + MAX_BYTES + ")");
        }
        DerCursor list = DerCursor.only(crl, DerCursor.SEQUENCE).inside();
        Element signed = list.next(DerCursor.SEQUENCE);
        byte[] algorithm = list.next(DerCursor.SEQUENCE).encoded();
        byte[] signature = signature(list.next(DerCursor.BIT_STRING));
        list.finish();

        DerCursor fields = signed.inside();
        // RFC 5280 §5.1.2.1: with extensions, and one is required, the version is 2.
        if (!fields.next(DerCursor.INTEGER).contentEquals(new byte[] {1})) {
            throw UnusableException.malformed("CRL version (expected: 2)");
        }
        boolean sameAlgorithm = Arrays.equals(fields.next(DerCursor.SEQUENCE).encoded(), algorithm);
        X500Principal issuer = new X500Principal(fields.next(DerCursor.SEQUENCE).encoded());
        Instant thisUpdate = CrlTime.read(CrlTime.next(fields));
        // RFC 5280 §5.1.2.5: nextUpdate is in every conforming CRL.
        Instant nextUpdate = CrlTime.read(CrlTime.next(fields));
        Optional<Element> entries =
                fields.nextIs(DerCursor.SEQUENCE)
                        ? Optional.of(fields.next(DerCursor.SEQUENCE))
                        : Optional.empty();
        Optional<Element> extensions =
                fields.hasMore() ? Optional.of(fields.next(EXTENSIONS)) : Optional.empty();
        fields.finish();

        if (!issuer.equals(about.certificate().getIssuerX500Principal())) {
            throw new UnusableException(Why.OTHER_ISSUER, "CRL of \"" + issuer.getName() + "\"");
        }
        // RFC 5280 §5.1.1.2.
        if (!sameAlgorithm) {
            throw new UnusableException(
                    Why.RULE_BROKEN, "CRL names two different signature algorithms");
        }
        mayIssueCrls(about.issuer());
        Signatures.check(
                AlgorithmIdentifier.getInstance(algorithm),
                signed.encoded(),
                signature,
                about.issuer().getPublicKey());
        Timeliness.check(thisUpdate, nextUpdate, at);
        CrlExtensions scope = CrlExtensions.read(extensions, about);
        CrlEntries.Found found = CrlEntries.find(entries, about.certificate().getSerialNumber());
        return switch (found) {
            case CrlEntries.Listed(var when, var reason) -> new Revoked(when, reason);
            case CrlEntries.NotListed() -> {
                scope.mayClear();
                yield new Good(nextUpdate);
            }
        };
    }

    /** RFC 5280 §6.3.3 (f): only where there is a keyUsage does it have to allow it. */
    private static void mayIssueCrls(X509Certificate issuer) throws UnusableException {
        boolean[] keyUsage = issuer.getKeyUsage();
        if (keyUsage != null && !keyUsage[CRL_SIGN]) {
            throw new UnusableException(
                    Why.NOT_AUTHORIZED, "issuer's keyUsage (expected: cRLSign)");
        }
    }

    private static byte[] signature(Element bits) throws UnusableException {
        byte[] content = bits.content();
        if (content.length < 2 || content[0] != 0) {
            throw UnusableException.malformed("signature is no string of whole octets");
        }
        return Arrays.copyOfRange(content, 1, content.length);
    }

    private CrlCheck() {}
}
