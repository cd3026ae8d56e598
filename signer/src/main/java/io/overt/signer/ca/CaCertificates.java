package io.overt.signer.ca;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * What the certificates of an inspection CA say. Both subjects contain the word "Inspection", so
 * that whoever looks at a certificate chain reads what it is (DESIGN.md section 1).
 */
final class CaCertificates {

    private final String organisation;
    private final Instant now;

    CaCertificates(String organisation, Instant now) {
        this.organisation = organisation;
        this.now = now;
    }

    /** A self-signed root, which makes issuing CAs and nothing else. */
    X509Certificate root(KeyPair key, CaKeys keys, Duration lifetime)
            throws GeneralSecurityException, IOException {
        // RFC 5280 §4.2.1.9: one CA below it, and none below that.
        CaContents contents =
                contents("TLS Inspection Root CA", lifetime, CaContents.Purpose.ROOT, 1);
        return CaDraft.selfSigned(contents, key.getPublic())
                .sign(key.getPrivate(), key.getPublic(), keys.provider());
    }

    /** The issuing CA: leaves for TLS servers, and no CA below it. */
    X509Certificate issuing(
            PublicKey key, X509Certificate root, KeyPair rootKey, CaKeys keys, Duration lifetime)
            throws GeneralSecurityException, IOException {
        CaContents contents =
                contents("TLS Inspection CA", lifetime, CaContents.Purpose.ISSUING, 0);
        return CaDraft.issued(contents, key, root)
                .sign(rootKey.getPrivate(), rootKey.getPublic(), keys.provider());
    }

    /**
     * The CA that nobody is to trust. Its own root: where nobody has an anchor there is nothing to
     * hang it below. The word "Untrusted" comes before all else that a browser's warning shows.
     */
    X509Certificate untrusted(KeyPair key, CaKeys keys, Duration lifetime)
            throws GeneralSecurityException, IOException {
        CaContents contents =
                contents("Untrusted Inspection CA", lifetime, CaContents.Purpose.ISSUING, 0);
        return CaDraft.selfSigned(contents, key.getPublic())
                .sign(key.getPrivate(), key.getPublic(), keys.provider());
    }

    /**
     * Of the key that signs the transparency log: the organisation is the log's origin. It says of
     * itself that it is no CA, and has no end (RFC 5280 §4.1.2.5): a log is verified for as long as
     * it is kept.
     */
    X509Certificate log(KeyPair key, CaKeys keys) throws GeneralSecurityException, IOException {
        X500Name name =
                new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, organisation).build();
        X509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        CaDraft.serial(),
                        Date.from(now.minus(BACKDATED)),
                        Date.from(Instant.parse("9999-12-31T23:59:59Z")),
                        name,
                        key.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        return signed(builder, key, keys);
    }

    private X500Name name(String what) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, organisation)
                .addRDN(BCStyle.CN, organisation + " " + what)
                .build();
    }

    private CaContents contents(
            String what, Duration lifetime, CaContents.Purpose purpose, int pathLength) {
        return new CaContents(
                name(what),
                now.minus(BACKDATED),
                now.plus(lifetime),
                purpose,
                pathLength,
                NameLimits.NONE,
                List.of(),
                List.of());
    }

    private static X509Certificate signed(
            X509v3CertificateBuilder builder, KeyPair signer, CaKeys keys)
            throws GeneralSecurityException {
        try {
            ContentSigner content =
                    new JcaContentSignerBuilder("SHA256withECDSA")
                            .setProvider(keys.provider())
                            .build(signer.getPrivate());
            X509Certificate certificate =
                    new JcaX509CertificateConverter().getCertificate(builder.build(content));
            // Not with the token's own word for it: what it signed is verified in software.
            certificate.verify(signer.getPublic());
            return certificate;
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("the CA's key does not sign: " + e.getMessage(), e);
        }
    }

    /** A client whose clock is a little late still takes the new CA. */
    private static final Duration BACKDATED = Duration.ofHours(1);
}
