package io.overt.signer.ceremony;

import io.overt.signer.ca.CaDraft;
import io.overt.signer.ca.CaException;
import io.overt.signer.key.SigningKeyException;
import io.overt.signer.key.TokenBench;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Date;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Has a root sign its CRL (RFC 5280 §5). */
final class CrlAct {

    /** Answers the CRL in DER, as clients fetch it. */
    static byte[] perform(TokenBench bench, Act.Crl act, Transcript transcript)
            throws CaException, SigningKeyException, GeneralSecurityException, IOException {
        X509Certificate issuer = Inputs.certificate(act.issuer());
        boolean[] usage = issuer.getKeyUsage();
        if (issuer.getBasicConstraints() < 0 || usage == null || !usage[CRL_SIGN]) {
            throw new CaException(
                    "%s: not a CA that may sign CRLs (expected: key usage cRLSign)"
                            .formatted(act.issuer()));
        }
        bench.require(issuer.getPublicKey());
        X509v2CRLBuilder builder =
                new X509v2CRLBuilder(CaDraft.subject(issuer), Date.from(act.thisUpdate()));
        builder.setNextUpdate(Date.from(act.nextUpdate()));
        for (Act.Revoked each : act.revoked()) {
            if (each.reason() == 0) {
                // RFC 5280 §5.3.1: "unspecified" is said by saying nothing.
                builder.addCRLEntry(
                        each.serial(),
                        Date.from(each.at()),
                        (org.bouncycastle.asn1.x509.Extensions) null);
            } else {
                builder.addCRLEntry(each.serial(), Date.from(each.at()), each.reason());
            }
        }
        builder.addExtension(Extension.cRLNumber, false, new CRLNumber(act.number()));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                new AuthorityKeyIdentifier(CaDraft.keyIdentifier(issuer)));
        X509CRL crl;
        try {
            crl =
                    new JcaX509CRLConverter()
                            .getCRL(
                                    builder.build(
                                            new JcaContentSignerBuilder(
                                                            CaDraft.algorithm(
                                                                    issuer.getPublicKey()))
                                                    .setProvider(bench.provider())
                                                    .build(bench.find(issuer.getPublicKey()))));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("the CA's key does not sign: " + e.getMessage(), e);
        }
        crl.verify(issuer.getPublicKey());
        transcript.add(
                transcript
                        .line("crl-signed")
                        .member("issuer", issuer.getSubjectX500Principal().getName())
                        .member("number", act.number().toString())
                        .member("next-update", act.nextUpdate().toString())
                        .strings(
                                "revoked",
                                act.revoked().stream()
                                        .map(each -> each.serial().toString(16))
                                        .toList()));
        return crl.getEncoded();
    }

    private static final int CRL_SIGN = 6;

    private CrlAct() {}
}
