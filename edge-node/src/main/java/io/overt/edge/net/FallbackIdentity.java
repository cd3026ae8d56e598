package io.overt.edge.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Netty builds no server context without a certificate. This one names {@code fallback.invalid}, is
 * signed by itself and lasts one second of 1970: whoever met it would refuse it, and nobody does,
 * because a connection without a forged leaf never gets to a client handshake.
 */
record FallbackIdentity(X509Certificate certificate, PrivateKey privateKey) {

    static FallbackIdentity create() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var key = generator.generateKeyPair();
            var name = new X500Name("CN=fallback.invalid");
            var der =
                    new X509v3CertificateBuilder(
                                    name,
                                    BigInteger.ONE,
                                    new Time(new DERGeneralizedTime("19700101000000Z")),
                                    new Time(new DERGeneralizedTime("19700101000001Z")),
                                    name,
                                    SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()))
                            .build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(key.getPrivate()))
                            .getEncoded();
            var certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(der));
            return new FallbackIdentity(certificate, key.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("this JDK cannot make an EC P-256 certificate", e);
        }
    }
}
