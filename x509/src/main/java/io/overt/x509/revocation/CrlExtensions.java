package io.overt.x509.revocation;

import io.overt.x509.revocation.DerCursor.Element;
import io.overt.x509.revocation.RevocationAnswer.Why;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;

/** What a CRL's extensions say about it (RFC 5280 §5.2): which certificates it is about. */
final class CrlExtensions {
    private static final String CRL_NUMBER = "2.5.29.20";
    private static final String DELTA_CRL_INDICATOR = "2.5.29.27";
    private static final String ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    private static final int MAX_CRL_NUMBER_OCTETS = 20;

    /** Which reasons it lists; a list of some cannot say that there is no other. */
    private enum Reasons {
        ALL,
        SOME
    }

    private final Reasons reasons;

    private CrlExtensions(Reasons reasons) {
        this.reasons = reasons;
    }

    /** Refuses a CRL that is not about the certificate, or breaks a rule of its extensions. */
    static CrlExtensions read(Optional<Element> wrapped, IssuedCertificate about)
            throws UnusableException {
        if (wrapped.isEmpty()) {
            throw new UnusableException(Why.RULE_BROKEN, "no CRLNumber (RFC 5280 §5.2.3)");
        }
        DerCursor inside = wrapped.get().inside();
        Extensions extensions = parse(inside.next(DerCursor.SEQUENCE).encoded());
        inside.finish();
        Reasons reasons = Reasons.ALL;
        boolean numbered = false;
        for (var oid : extensions.getExtensionOIDs()) {
            Extension extension = extensions.getExtension(oid);
            switch (oid.getId()) {
                case CRL_NUMBER -> {
                    checkNumber(extension);
                    numbered = true;
                }
                case DELTA_CRL_INDICATOR ->
                        throw new UnusableException(Why.UNSUPPORTED, "a delta CRL");
                case ISSUING_DISTRIBUTION_POINT -> reasons = scope(extension, about);
                case AUTHORITY_KEY_IDENTIFIER -> {
                    notCritical(extension);
                    checkKey(extension, about);
                }
                default -> notCritical(extension);
            }
        }
        if (!numbered) {
            throw new UnusableException(Why.RULE_BROKEN, "no CRLNumber (RFC 5280 §5.2.3)");
        }
        return new CrlExtensions(reasons);
    }

    static Extensions parse(byte[] encoded) throws UnusableException {
        try {
            return Extensions.getInstance(encoded);
        } catch (IllegalArgumentException e) {
            // Cannot be read, none at all, or one of them twice.
            throw new UnusableException(Why.RULE_BROKEN, "extensions: " + e.getMessage());
        }
    }

    /** Refuses to say that a certificate is not revoked where only some reasons are covered. */
    void mayClear() throws UnusableException {
        if (reasons == Reasons.SOME) {
            throw new UnusableException(Why.UNSUPPORTED, "a CRL by some reasons only");
        }
    }

    /** RFC 5280 §5.2.3: required, not critical, up to 20 octets. */
    private static void checkNumber(Extension extension) throws UnusableException {
        notCritical(extension);
        BigInteger number = ASN1Integer.getInstance(extension.getParsedValue()).getValue();
        if (number.signum() < 0 || number.toByteArray().length > MAX_CRL_NUMBER_OCTETS) {
            throw new UnusableException(Why.RULE_BROKEN, "CRLNumber " + number);
        }
    }

    /**
     * RFC 5280 §5.2: a CRL with a critical extension that is not understood says nothing. One that
     * is understood and must not be critical is no better.
     */
    private static void notCritical(Extension extension) throws UnusableException {
        if (extension.isCritical()) {
            throw new UnusableException(
                    Why.RULE_BROKEN, "critical extension " + extension.getExtnId());
        }
    }

    /** RFC 5280 §5.2.1: where both say which key, they mean the same one. */
    private static void checkKey(Extension extension, IssuedCertificate about)
            throws UnusableException {
        ASN1OctetString named =
                AuthorityKeyIdentifier.getInstance(extension.getParsedValue())
                        .getKeyIdentifierObject();
        byte[] stored = about.issuer().getExtensionValue(Extension.subjectKeyIdentifier.getId());
        if (named == null || stored == null) {
            return;
        }
        byte[] own =
                SubjectKeyIdentifier.getInstance(ASN1OctetString.getInstance(stored).getOctets())
                        .getKeyIdentifier();
        if (!Arrays.equals(named.getOctets(), own)) {
            throw new UnusableException(
                    Why.RULE_BROKEN, "CRL names another key than the one that signed it");
        }
    }

    /** RFC 5280 §5.2.5 and §6.3.3 (b)(2). */
    private static Reasons scope(Extension extension, IssuedCertificate about)
            throws UnusableException {
        var point = IssuingDistributionPoint.getInstance(extension.getParsedValue());
        if (point.isIndirectCRL()) {
            throw new UnusableException(Why.UNSUPPORTED, "an indirect CRL");
        }
        if (point.onlyContainsAttributeCerts()
                || (point.onlyContainsUserCerts() && about.isCa())
                || (point.onlyContainsCACerts() && !about.isCa())) {
            throw new UnusableException(Why.OUT_OF_SCOPE, "CRL of another kind of certificate");
        }
        if (point.getDistributionPoint() != null
                && !DistributionPoints.of(about.certificate())
                        .contains(point.getDistributionPoint())) {
            throw new UnusableException(
                    Why.OUT_OF_SCOPE,
                    "CRL of a distribution point that the certificate does not name");
        }
        return point.getOnlySomeReasons() == null ? Reasons.ALL : Reasons.SOME;
    }
}
