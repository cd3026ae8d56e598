package io.overt.signer;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificates of a {@link Rehearsal}: an upstream's chain of three, and an issuing CA. Their
 * keys are made here and never leave this process's memory; nobody else trusts any of it. Not
 * thread-safe.
 */
final class RehearsalCertificates {

    /** RFC 6761 §6.4: a name that nobody has. */
    static final String HOST = "www.rehearsal.invalid";

    private final Instant now;
    private final SecureRandom random = new SecureRandom();
    private final KeyPair root = keyPair();
    private final KeyPair intermediate = keyPair();
    private final KeyPair upstream = keyPair();
    private final X509Certificate anchor;
    private final X509Certificate above;

    /**
     * Makes what all rounds have in common.
     *
     * @param now the certificates are valid around it
     */
    RehearsalCertificates(Instant now) throws GeneralSecurityException, IOException {
        this.now = now;
        anchor = ca("CN=Rehearsal Root", root.getPublic(), "CN=Rehearsal Root", root, 1);
        above =
                ca(
                        "CN=Rehearsal Intermediate",
                        intermediate.getPublic(),
                        "CN=Rehearsal Root",
                        root,
                        0);
    }

    static KeyPair keyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** What vouches for the upstream. */
    X509Certificate anchor() {
        return anchor;
    }

    /** The chain of {@link #HOST}, leaf first; another leaf at each call. */
    List<X509Certificate> upstream() throws GeneralSecurityException, IOException {
        JcaX509v3CertificateBuilder builder =
                builder(
                        "CN=" + HOST,
                        upstream.getPublic(),
                        "CN=Rehearsal Intermediate",
                        intermediate.getPublic());
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, HOST)));
        return List.of(signed(builder, intermediate.getPrivate()), above);
    }

    /** A CA that issues the rehearsed leaves, in place of those whose keys are worth something. */
    X509Certificate issuingCa(KeyPair key) throws GeneralSecurityException, IOException {
        String name = "CN=Rehearsal Issuing CA";
        return ca(name, key.getPublic(), name, key, 0);
    }

    private X509Certificate ca(
            String subject, PublicKey key, String issuer, KeyPair signer, int below)
            throws GeneralSecurityException, IOException {
        JcaX509v3CertificateBuilder builder = builder(subject, key, issuer, signer.getPublic());
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(below));
        return signed(builder, signer.getPrivate());
    }

    private JcaX509v3CertificateBuilder builder(
            String subject, PublicKey key, String issuer, PublicKey issuerKey)
            throws GeneralSecurityException, IOException {
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        new X500Name(issuer),
                        new BigInteger(126, random).setBit(126),
                        Date.from(now.minus(LIFETIME)),
                        Date.from(now.plus(LIFETIME)),
                        new X500Name(subject),
                        key);
        JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
        builder.addExtension(
                Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                identifiers.createAuthorityKeyIdentifier(issuerKey));
        return builder;
    }

    private static X509Certificate signed(JcaX509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("a P-256 key does not sign: " + e.getMessage(), e);
        }
    }

    private static final Duration LIFETIME = Duration.ofDays(1);
}
