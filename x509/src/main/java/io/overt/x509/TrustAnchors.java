package io.overt.x509;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The CAs that may vouch for an upstream. Whoever can add to them can have any name forged, so they
 * come from files that only the operator writes. Immutable.
 */
public final class TrustAnchors {
    private final List<X509Certificate> certificates;
    private final List<X509Certificate> ownCas;

    private TrustAnchors(List<X509Certificate> certificates, List<X509Certificate> ownCas) {
        this.certificates = certificates;
        this.ownCas = ownCas;
    }

    /** These certificates, each once. */
    public static TrustAnchors of(Collection<X509Certificate> certificates) {
        Map<CertificateFingerprint, X509Certificate> distinct = new LinkedHashMap<>();
        for (X509Certificate certificate : certificates) {
            distinct.put(CertificateFingerprint.of(certificate), certificate);
        }
        return new TrustAnchors(List.copyOf(distinct.values()), List.of());
    }

    /**
     * Reads PEM files, each of one certificate or more.
     *
     * @throws IOException if a file cannot be read
     * @throws CertificateException if a file holds no certificate or one that cannot be read; the
     *     message names the file
     */
    public static TrustAnchors fromPem(Path... files) throws IOException, CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        for (Path file : files) {
            Collection<? extends Certificate> found;
            try {
                found =
                        factory.generateCertificates(
                                new ByteArrayInputStream(Files.readAllBytes(file)));
            } catch (CertificateException e) {
                throw new CertificateException(file + ": " + e.getMessage(), e);
            }
            if (found.isEmpty()) {
                throw new CertificateException(file + ": no certificate (expected: PEM)");
            }
            for (Certificate certificate : found) {
                certificates.add((X509Certificate) certificate);
            }
        }
        return of(certificates);
    }

    /**
     * The same without {@code ownCas}, by whatever certificate their keys appear: our own CAs never
     * vouch for an upstream, or a forged leaf would be evidence for the next one. A chain that
     * leads to one is refused as {@link UntrustedReason.Kind#OWN_CA}, however it ends.
     */
    public TrustAnchors refusing(Collection<X509Certificate> ownCas) {
        List<X509Certificate> all = new ArrayList<>(this.ownCas);
        all.addAll(ownCas);
        List<X509Certificate> kept =
                certificates.stream()
                        .filter(anchor -> all.stream().noneMatch(own -> sameKey(anchor, own)))
                        .toList();
        return new TrustAnchors(kept, List.copyOf(all));
    }

    /** The anchors. */
    public List<X509Certificate> certificates() {
        return certificates;
    }

    /**
     * Names this set, and the set of our own CAs with it: equal for equal sets, wherever and in
     * whatever order they were read. 32 hexadecimal digits.
     */
    public String version() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            update(digest, certificates);
            digest.update((byte) '!');
            update(digest, ownCas);
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256", e);
        }
    }

    private static void update(MessageDigest digest, List<X509Certificate> certificates) {
        certificates.stream()
                .map(certificate -> CertificateFingerprint.of(certificate).hex())
                .distinct()
                .sorted()
                .forEach(hex -> digest.update(hex.getBytes(StandardCharsets.US_ASCII)));
    }

    /** The CAs that are never anchors. */
    List<X509Certificate> ownCas() {
        return ownCas;
    }

    boolean isOwn(X509Certificate certificate) {
        return ownCas.stream().anyMatch(own -> sameKey(certificate, own));
    }

    private static boolean sameKey(X509Certificate a, X509Certificate b) {
        return Arrays.equals(a.getPublicKey().getEncoded(), b.getPublicKey().getEncoded());
    }
}
