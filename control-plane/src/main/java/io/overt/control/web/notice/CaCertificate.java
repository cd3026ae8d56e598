package io.overt.control.web.notice;

import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.PemPair;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A certificate that clients are to trust, as people compare it.
 *
 * @param subject RFC 2253
 * @param sha256 of the whole certificate, as systems show it: AB:CD:…
 * @param sha1 the same, which Windows and macOS show first
 */
record CaCertificate(String subject, String sha256, String sha1, LocalDate until) {

    /**
     * Those of the files, in their order.
     *
     * @throws FleetIdentityException when one cannot be used; its message names the file
     */
    static List<CaCertificate> read(List<Path> files) throws FleetIdentityException {
        var read = new ArrayList<CaCertificate>();
        for (var file : files) {
            for (var certificate : PemPair.certificates(file, PemPair.bytes(file))) {
                read.add(of(certificate));
            }
        }
        return List.copyOf(read);
    }

    private static CaCertificate of(X509Certificate certificate) {
        try {
            return new CaCertificate(
                    certificate.getSubjectX500Principal().getName(),
                    fingerprint("SHA-256", certificate),
                    fingerprint("SHA-1", certificate),
                    certificate.getNotAfter().toInstant().atZone(ZoneOffset.UTC).toLocalDate());
        } catch (CertificateEncodingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("a certificate that was parsed has no fingerprint", e);
        }
    }

    private static String fingerprint(String algorithm, X509Certificate certificate)
            throws CertificateEncodingException, NoSuchAlgorithmException {
        return HexFormat.ofDelimiter(":")
                .withUpperCase()
                .formatHex(MessageDigest.getInstance(algorithm).digest(certificate.getEncoded()));
    }
}
