package io.overt.signer.ca;

import io.overt.signer.key.SignatureScheme;
import io.overt.signer.key.SigningKeyException;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A CA's certificate but for its signature: serial number and keys are in it. It can be signed more
 * than once, first with a throw-away key to be looked at. Confined to one thread.
 */
public final class CaDraft {

    private final JcaX509v3CertificateBuilder builder;

    private CaDraft(JcaX509v3CertificateBuilder builder) {
        this.builder = builder;
    }

    /** A certificate that is to be signed with the key that it is of. */
    public static CaDraft selfSigned(CaContents contents, PublicKey key)
            throws GeneralSecurityException, IOException {
        return draft(
                contents,
                contents.subject(),
                key,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key),
                Optional.empty());
    }

    /** A certificate by another CA. */
    public static CaDraft issued(CaContents contents, PublicKey key, X509Certificate issuer)
            throws GeneralSecurityException, IOException {
        return draft(
                contents,
                subject(issuer),
                key,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key),
                Optional.of(new AuthorityKeyIdentifier(keyIdentifier(issuer))));
    }

    /**
     * A second certificate for a CA that has one: whoever chains to the one chains to the other, so
     * that name and key identifier are taken as they are (RFC 5280 §3.2).
     */
    public static CaDraft cross(
            CaContents contents, X509Certificate existing, X509Certificate issuer)
            throws GeneralSecurityException, IOException {
        return draft(
                contents,
                subject(issuer),
                existing.getPublicKey(),
                new SubjectKeyIdentifier(keyIdentifier(existing)),
                Optional.of(new AuthorityKeyIdentifier(keyIdentifier(issuer))));
    }

    private static CaDraft draft(
            CaContents contents,
            X500Name issuer,
            PublicKey key,
            SubjectKeyIdentifier subjectKeyIdentifier,
            Optional<AuthorityKeyIdentifier> authorityKeyIdentifier)
            throws IOException {
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        issuer,
                        serial(),
                        Date.from(contents.notBefore()),
                        Date.from(contents.notAfter()),
                        contents.subject(),
                        key);
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(Extension.subjectKeyIdentifier, false, subjectKeyIdentifier);
        builder.addExtension(
                Extension.basicConstraints, true, new BasicConstraints(contents.pathLength()));
        switch (contents.purpose()) {
            case ROOT -> {}
            case ISSUING ->
                    builder.addExtension(
                            Extension.extendedKeyUsage,
                            false,
                            new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        }
        if (authorityKeyIdentifier.isPresent()) {
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, authorityKeyIdentifier.get());
        }
        Optional<NameConstraints> limits = contents.nameLimits().extension();
        if (limits.isPresent()) {
            builder.addExtension(Extension.nameConstraints, true, limits.get());
        }
        if (!contents.crlUrls().isEmpty()) {
            builder.addExtension(Extension.cRLDistributionPoints, false, crl(contents.crlUrls()));
        }
        if (!contents.caIssuersUrls().isEmpty()) {
            builder.addExtension(
                    Extension.authorityInfoAccess,
                    false,
                    new AuthorityInformationAccess(
                            contents.caIssuersUrls().stream()
                                    .map(
                                            url ->
                                                    new AccessDescription(
                                                            AccessDescription.id_ad_caIssuers,
                                                            uri(url)))
                                    .toArray(AccessDescription[]::new)));
        }
        return new CaDraft(builder);
    }

    /**
     * Signs it.
     *
     * @param verifiesWith the signing key's public half: not with a token's own word for it, what
     *     it signed is verified in software
     */
    public X509Certificate sign(PrivateKey key, PublicKey verifiesWith, Provider provider)
            throws GeneralSecurityException {
        try {
            X509Certificate certificate =
                    new JcaX509CertificateConverter()
                            .getCertificate(
                                    builder.build(
                                            new JcaContentSignerBuilder(algorithm(verifiesWith))
                                                    .setProvider(provider)
                                                    .build(key)));
            certificate.verify(verifiesWith);
            return certificate;
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("the CA's key does not sign: " + e.getMessage(), e);
        }
    }

    /** How a key signs certificates, as the JDK's providers call it. */
    public static String algorithm(PublicKey key) throws InvalidKeyException {
        try {
            return SignatureScheme.of(key).algorithm();
        } catch (SigningKeyException e) {
            throw new InvalidKeyException(e.getMessage(), e);
        }
    }

    /** The subject key identifier as it is stored; one computed here may be another. */
    public static byte[] keyIdentifier(X509Certificate certificate)
            throws GeneralSecurityException {
        byte[] extension = certificate.getExtensionValue(Extension.subjectKeyIdentifier.getId());
        if (extension == null) {
            throw new GeneralSecurityException(
                    "\"%s\": no subjectKeyIdentifier extension (expected: one)"
                            .formatted(certificate.getSubjectX500Principal()));
        }
        return SubjectKeyIdentifier.getInstance(ASN1OctetString.getInstance(extension).getOctets())
                .getKeyIdentifier();
    }

    /** The subject, byte for byte. */
    public static X500Name subject(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    /** 127 random bits, never zero: RFC 5280 §4.1.2.2. */
    static BigInteger serial() {
        return new BigInteger(126, new SecureRandom()).setBit(126);
    }

    private static CRLDistPoint crl(List<String> urls) {
        return new CRLDistPoint(
                new DistributionPoint[] {
                    new DistributionPoint(
                            new DistributionPointName(
                                    new GeneralNames(
                                            urls.stream()
                                                    .map(CaDraft::uri)
                                                    .toArray(GeneralName[]::new))),
                            null,
                            null)
                });
    }

    private static GeneralName uri(String url) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, url);
    }
}
