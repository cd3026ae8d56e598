package io.overt.edge.flow;

import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TrustAnchors;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.Verdict;
import io.overt.x509.VerifiedUpstream;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A chain of a throw-away root, really verified: there is no other way to have the proof. */
record VerifiedChain(VerifiedUpstream upstream) {

    /** The same chain as somebody sees it who has other anchors and another clock. */
    UntrustedUpstream distrusted() {
        return UntrustedUpstream.of(
                        upstream.chain(),
                        upstream.name(),
                        upstream.verifiedAt(),
                        List.of(
                                new UntrustedReason(UntrustedReason.Kind.EXPIRED, "yesterday"),
                                new UntrustedReason(
                                        UntrustedReason.Kind.NAME_MISMATCH, "other.test")))
                .orElseThrow();
    }

    static VerifiedChain of(String host) {
        return of(host, VerifiedChain::newKey);
    }

    static VerifiedChain ofRsa(String host) {
        return of(
                host,
                () -> {
                    var generator = KeyPairGenerator.getInstance("RSA");
                    generator.initialize(2048);
                    return generator.generateKeyPair();
                });
    }

    private static VerifiedChain of(String host, Callable<KeyPair> leafKey) {
        try {
            var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            var rootKey = newKey();
            var root = certificate("CN=Root", rootKey, "CN=Root", rootKey, host, Kind.ROOT, now);
            var leaf =
                    certificate(
                            "CN=Root", rootKey, "CN=" + host, leafKey.call(), host, Kind.LEAF, now);
            var verdict =
                    new BoundedChainVerifier(TrustAnchors.of(List.of(root)))
                            .verify(
                                    new PresentedChain(List.of(leaf)),
                                    new ReferenceIdentity.DnsName(host),
                                    now);
            return switch (verdict) {
                case Verdict.Verified(var upstream) -> new VerifiedChain(upstream);
                case Verdict.Untrusted(var reasons) ->
                        throw new IllegalStateException("the cast's own chain: " + reasons);
            };
        } catch (Exception e) {
            throw new IllegalStateException("the cast's own chain", e);
        }
    }

    private enum Kind {
        ROOT,
        LEAF
    }

    private static KeyPair newKey() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate certificate(
            String issuer,
            KeyPair issuerKey,
            String subject,
            KeyPair key,
            String host,
            Kind kind,
            Instant now)
            throws Exception {
        var extensions = new JcaX509ExtensionUtils();
        var builder =
                new JcaX509v3CertificateBuilder(
                        new X500Principal(issuer),
                        BigInteger.valueOf(kind == Kind.ROOT ? 1 : 2),
                        Date.from(now.minus(1, ChronoUnit.DAYS)),
                        Date.from(now.plus(30, ChronoUnit.DAYS)),
                        new X500Principal(subject),
                        key.getPublic());
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                extensions.createSubjectKeyIdentifier(key.getPublic()));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                extensions.createAuthorityKeyIdentifier(issuerKey.getPublic()));
        if (kind == Kind.ROOT) {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        } else {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.dNSName, host)));
        }
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey.getPrivate());
        var der = builder.build(signer).getEncoded();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }
}
