package io.overt.x509.revocation;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/**
 * Where a certificate says that its CRLs are (RFC 5280 §4.2.1.13), as far as they are complete ones
 * by its own issuer: points by some reasons only, and by another CRL issuer, are left out.
 *
 * @param points the URIs of each
 */
record DistributionPoints(List<List<String>> points) {
    DistributionPoints {
        points = points.stream().map(List::copyOf).toList();
    }

    /** Empty for a certificate without the extension, or with one that cannot be read. */
    static DistributionPoints of(X509Certificate certificate) {
        byte[] encoded = certificate.getExtensionValue(Extension.cRLDistributionPoints.getId());
        if (encoded == null) {
            return new DistributionPoints(List.of());
        }
        List<List<String>> found = new ArrayList<>();
        try {
            var points = CRLDistPoint.getInstance(ASN1OctetString.getInstance(encoded).getOctets());
            for (DistributionPoint point : points.getDistributionPoints()) {
                if (point.getReasons() == null
                        && point.getCRLIssuer() == null
                        && point.getDistributionPoint() != null) {
                    uris(point.getDistributionPoint()).ifPresent(found::add);
                }
            }
        } catch (IllegalArgumentException | IllegalStateException _) {
            // What cannot be read leads to no CRL; verification has its own opinion of it.
            return new DistributionPoints(List.of());
        }
        return new DistributionPoints(found);
    }

    /** All URIs, in the certificate's order. */
    List<String> uris() {
        return points.stream().flatMap(List::stream).distinct().toList();
    }

    /**
     * Whether a CRL of distribution point {@code name} is one that the certificate points to: one
     * URI in common, byte for byte (Baseline Requirements §7.2.2.1).
     */
    boolean contains(DistributionPointName name) {
        List<String> own = uris();
        return uris(name).filter(others -> others.stream().anyMatch(own::contains)).isPresent();
    }

    /**
     * The URIs of a fullName; empty where there is anything but URIs in it (Baseline Requirements
     * §7.1.2.11.2, §7.2.2.1), or it is a name relative to an issuer.
     */
    private static Optional<List<String>> uris(DistributionPointName name) {
        if (name.getType() != DistributionPointName.FULL_NAME) {
            return Optional.empty();
        }
        List<String> uris = new ArrayList<>();
        for (GeneralName each : GeneralNames.getInstance(name.getName()).getNames()) {
            if (each.getTagNo() != GeneralName.uniformResourceIdentifier) {
                return Optional.empty();
            }
            uris.add(ASN1IA5String.getInstance(each.getName()).getString());
        }
        return Optional.of(uris);
    }
}
