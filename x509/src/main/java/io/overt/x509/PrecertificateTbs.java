package io.overt.x509;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a log of certificates signed before a certificate was issued: its TBSCertificate without the
 * list of SCTs (RFC 6962 §3.2). Everything else is kept to the byte; only the lengths around the
 * gap are written anew. Immutable.
 */
public final class PrecertificateTbs {
    private static final String SCT_LIST = "1.3.6.1.4.1.11129.2.4.2";
    private static final int EXTENSIONS = 0xa3;

    private final byte[] der;
    private final byte[] sctList;

    private PrecertificateTbs(byte[] der, byte[] sctList) {
        this.der = der;
        this.sctList = sctList;
    }

    /** The TBSCertificate without the list. */
    public byte[] der() {
        return der.clone();
    }

    /** What was left out, unread: a SignedCertificateTimestampList in the encoding of TLS. */
    public byte[] sctList() {
        return sctList.clone();
    }

    /** Empty for a certificate without such a list, with two, or with one that cannot be read. */
    public static Optional<PrecertificateTbs> of(X509Certificate certificate) {
        try {
            DerElement tbs = DerElement.parse(certificate.getTBSCertificate());
            List<byte[]> fields = new ArrayList<>();
            List<byte[]> lists = new ArrayList<>();
            for (DerElement field : tbs.expect(Der.SEQUENCE).children()) {
                if (field.tag() != EXTENSIONS) {
                    fields.add(field.encoded());
                    continue;
                }
                List<byte[]> kept = withoutLists(field, lists);
                if (!kept.isEmpty()) {
                    fields.add(Der.tagged(3, Der.sequence(kept.toArray(byte[][]::new))));
                }
            }
            return lists.size() == 1
                    ? Optional.of(
                            new PrecertificateTbs(
                                    Der.sequence(fields.toArray(byte[][]::new)), lists.getFirst()))
                    : Optional.empty();
        } catch (CertificateEncodingException | MalformedDerException _) {
            return Optional.empty();
        }
    }

    private static List<byte[]> withoutLists(DerElement extensions, List<byte[]> lists)
            throws MalformedDerException {
        List<byte[]> kept = new ArrayList<>();
        List<DerElement> inside = extensions.children();
        if (inside.size() != 1) {
            throw new MalformedDerException(inside.size() + " lists of extensions (expected: 1)");
        }
        for (DerElement extension : inside.getFirst().expect(Der.SEQUENCE).children()) {
            List<DerElement> parts = extension.expect(Der.SEQUENCE).children();
            if (parts.isEmpty()) {
                throw new MalformedDerException("empty extension");
            }
            if (parts.getFirst().objectIdentifier().equals(SCT_LIST)) {
                lists.add(parts.getLast().wrapped().expect(Der.OCTET_STRING).content());
            } else {
                kept.add(extension.encoded());
            }
        }
        return kept;
    }
}
