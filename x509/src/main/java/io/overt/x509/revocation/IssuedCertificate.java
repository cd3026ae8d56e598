package io.overt.x509.revocation;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate, and the one whose key signed it: what revocation is asked about.
 *
 * @param issuer taken from a verified path; its own signature and validity are not looked at again
 */
public record IssuedCertificate(X509Certificate certificate, X509Certificate issuer) {
    /**
     * Each certificate of a verified path with its issuer, the leaf's first. The trust anchor is
     * not among them: nobody but the operator revokes it.
     *
     * @param path leaf first, trust anchor last
     */
    public static List<IssuedCertificate> of(List<X509Certificate> path) {
        List<IssuedCertificate> pairs = new ArrayList<>();
        for (int i = 0; i + 1 < path.size(); i++) {
            pairs.add(new IssuedCertificate(path.get(i), path.get(i + 1)));
        }
        return List.copyOf(pairs);
    }

    boolean isCa() {
        return certificate.getBasicConstraints() >= 0;
    }
}
