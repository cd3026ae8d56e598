package io.overt.x509.revocation;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * Where a certificate says more about it can be had. Only {@code http} URLs: {@code https} would
 * need a certificate to be checked first, and {@code ldap} is of no use outside its domain.
 *
 * @param crlUrls of complete CRLs by the certificate's own issuer
 * @param ocspUrls of OCSP responders
 * @param caIssuersUrls of the issuer's certificate
 * @param staple whether an answer has to come with the handshake
 */
public record StatusSources(
        List<String> crlUrls, List<String> ocspUrls, List<String> caIssuersUrls, Staple staple) {
    /** What the TLS feature extension asks for (RFC 7633). */
    public enum Staple {
        /** Nothing. */
        OPTIONAL,
        /** An upstream that does not staple a response must not be accepted. */
        MUST
    }

    private static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24";
    private static final long STATUS_REQUEST = 5;
    private static final int MAX_URL_LENGTH = 2048;

    /** More of one kind are not looked at: a certificate does not decide how much is fetched. */
    private static final int MAX_URLS = 4;

    public StatusSources {
        crlUrls = List.copyOf(crlUrls);
        ocspUrls = List.copyOf(ocspUrls);
        caIssuersUrls = List.copyOf(caIssuersUrls);
    }

    /**
     * What {@code certificate} says. An extension that cannot be read counts as absent, but for
     * {@link Staple}, where it counts as a must.
     */
    public static StatusSources of(X509Certificate certificate) {
        return new StatusSources(
                fetchable(DistributionPoints.of(certificate).uris()),
                fetchable(access(certificate, AccessDescription.id_ad_ocsp)),
                fetchable(access(certificate, AccessDescription.id_ad_caIssuers)),
                staple(certificate));
    }

    private static List<String> fetchable(List<String> urls) {
        return urls.stream()
                .filter(
                        url ->
                                url.length() <= MAX_URL_LENGTH
                                        && url.toLowerCase(Locale.ROOT).startsWith("http://"))
                .distinct()
                .limit(MAX_URLS)
                .toList();
    }

    private static List<String> access(X509Certificate certificate, ASN1ObjectIdentifier method) {
        byte[] encoded = certificate.getExtensionValue(Extension.authorityInfoAccess.getId());
        List<String> urls = new ArrayList<>();
        if (encoded == null) {
            return urls;
        }
        try {
            var access =
                    AuthorityInformationAccess.getInstance(
                            ASN1OctetString.getInstance(encoded).getOctets());
            for (AccessDescription each : access.getAccessDescriptions()) {
                GeneralName location = each.getAccessLocation();
                if (each.getAccessMethod().equals(method)
                        && location.getTagNo() == GeneralName.uniformResourceIdentifier) {
                    urls.add(ASN1IA5String.getInstance(location.getName()).getString());
                }
            }
        } catch (IllegalArgumentException | IllegalStateException _) {
            // Leads nowhere; verification has its own opinion of an extension like this.
            return List.of();
        }
        return urls;
    }

    private static Staple staple(X509Certificate certificate) {
        byte[] encoded = certificate.getExtensionValue(TLS_FEATURE);
        if (encoded == null) {
            return Staple.OPTIONAL;
        }
        try {
            var features =
                    ASN1Sequence.getInstance(ASN1OctetString.getInstance(encoded).getOctets());
            for (var feature : features) {
                if (ASN1Integer.getInstance(feature).hasValue(STATUS_REQUEST)) {
                    return Staple.MUST;
                }
            }
            return Staple.OPTIONAL;
        } catch (IllegalArgumentException | IllegalStateException _) {
            return Staple.MUST;
        }
    }
}
