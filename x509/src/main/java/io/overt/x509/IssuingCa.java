package io.overt.x509;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A CA of ours that forged leaves name as their issuer.
 *
 * @param certificate a CA certificate that may sign certificates, with a subject and a subject key
 *     identifier, and a key of EC P-256, EC P-384 or RSA from 2048 bits; the constructor refuses
 *     others with {@link IllegalArgumentException}
 * @param crlUrls where clients find its CRL; alternatives for one CRL, not several CRLs. None:
 *     leaves name no CRL
 * @param caIssuersUrls where clients find its certificate. None: leaves do not say
 * @param trust whom its leaves convince, and so which upstreams it mirrors
 */
public record IssuingCa(
        X509Certificate certificate,
        List<String> crlUrls,
        List<String> caIssuersUrls,
        IssuerTrust trust) {
    private static final int KEY_CERT_SIGN = 5;

    /** A CA that clients trust. */
    public IssuingCa(
            X509Certificate certificate, List<String> crlUrls, List<String> caIssuersUrls) {
        this(certificate, crlUrls, caIssuersUrls, IssuerTrust.TRUSTED);
    }

    public IssuingCa {
        crlUrls = List.copyOf(crlUrls);
        caIssuersUrls = List.copyOf(caIssuersUrls);
        String who = "issuing CA \"" + certificate.getSubjectX500Principal().getName() + "\": ";
        boolean[] keyUsage = certificate.getKeyUsage();
        if (certificate.getBasicConstraints() < 0 || keyUsage == null || !keyUsage[KEY_CERT_SIGN]) {
            throw new IllegalArgumentException(
                    who + "not a CA certificate (expected: CA:TRUE and keyUsage keyCertSign)");
        }
        // RFC 5280 §4.1.2.4: an issuer's name is not empty.
        if (certificate.getSubjectX500Principal().getName().isEmpty()) {
            throw new IllegalArgumentException(who + "no subject");
        }
        try {
            keyIdentifier(certificate);
            subject(certificate);
        } catch (MalformedDerException e) {
            throw new IllegalArgumentException(who + e.getMessage(), e);
        }
        IssuerSignature.of(certificate.getPublicKey());
        crlUrls.forEach(url -> MirrorProfile.requireWebAddress("CRL URL", url));
        caIssuersUrls.forEach(url -> MirrorProfile.requireWebAddress("caIssuers URL", url));
    }

    /** SHA-256 of the certificate. */
    public CertificateFingerprint fingerprint() {
        return CertificateFingerprint.of(certificate);
    }

    /** The name for {@code java.security.Signature} of the algorithm that this CA signs with. */
    public String signatureAlgorithm() {
        return IssuerSignature.of(certificate.getPublicKey()).jcaName();
    }

    /** DER AlgorithmIdentifier of that algorithm, as leaves name it. */
    public byte[] signatureIdentifier() {
        return IssuerSignature.of(certificate.getPublicKey()).identifier();
    }

    /**
     * The subject key identifier as it is stored in the certificate. Leaves name their issuer by it
     * (RFC 5280 §4.2.1.1); one computed here would miss every CA whose maker computed it
     * differently.
     */
    public byte[] keyIdentifier() {
        try {
            return keyIdentifier(certificate);
        } catch (MalformedDerException e) {
            throw new IllegalStateException("checked at construction", e);
        }
    }

    /**
     * DER of the name, as the certificate has it: clients chain by comparing bytes, some without
     * normalising.
     */
    public byte[] subject() {
        try {
            return subject(certificate);
        } catch (MalformedDerException e) {
            throw new IllegalStateException("checked at construction", e);
        }
    }

    private static byte[] keyIdentifier(X509Certificate certificate) throws MalformedDerException {
        byte[] extension = certificate.getExtensionValue(Oid.SUBJECT_KEY_IDENTIFIER);
        if (extension == null) {
            throw new MalformedDerException("no subjectKeyIdentifier extension");
        }
        return DerElement.parse(extension).wrapped().expect(Der.OCTET_STRING).content();
    }

    private static byte[] subject(X509Certificate certificate) throws MalformedDerException {
        return TbsFields.ofCertificate(Encodings.of(certificate)).subject().encoded();
    }
}
