package io.overt.signer.crl;

import io.overt.signer.issue.Issuer;
import io.overt.signer.key.SignatureScheme;
import io.overt.signer.key.Signing;
import io.overt.signer.key.SigningKeyException;
import io.overt.x509.revocation.CrlReason;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CRLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.TBSCertList;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V2TBSCertListGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/**
 * Builds a CRL out of what it has to say, has it signed by its issuer, and lets it out only when
 * the issuer's public key verifies it. What the key signs is built here, field by field: no bytes
 * from anywhere else come to it.
 */
final class CrlMaker {

    /**
     * What a CRL says of one certificate.
     *
     * @param at since when
     */
    record Line(BigInteger serial, Instant at, CrlReason reason) {}

    /** All that a CRL says. */
    record Content(long number, Instant thisUpdate, Instant nextUpdate, Collection<Line> revoked) {}

    /** What came of it. */
    sealed interface Made {
        /** A CRL that verifies. */
        record Good(PublishedCrl crl) implements Made {}

        /** The key did not answer with a signature. */
        record NotSigned(Signing.NotSigned why) implements Made {}

        /** It answered with one that does not verify: nothing is released. */
        record NotVerified(String why) implements Made {}
    }

    static Made make(Issuer issuer, Content content) {
        try {
            SignatureScheme scheme = SignatureScheme.of(issuer.ca().certificate().getPublicKey());
            AlgorithmIdentifier algorithm = algorithm(scheme);
            byte[] tbs = tbs(issuer, algorithm, content).getEncoded(ASN1Encoding.DER);
            return switch (issuer.key().sign(tbs)) {
                case Signing.NotSigned not -> new Made.NotSigned(not);
                case Signing.Signed(byte[] signature) ->
                        verified(
                                issuer,
                                content,
                                scheme,
                                new DERSequence(
                                                vector(
                                                        TBSCertList.getInstance(tbs),
                                                        algorithm,
                                                        new DERBitString(signature)))
                                        .getEncoded(ASN1Encoding.DER));
            };
        } catch (IOException | SigningKeyException e) {
            throw new IllegalStateException("an issuer that cannot sign CRLs was let in", e);
        }
    }

    private static Made verified(
            Issuer issuer, Content content, SignatureScheme scheme, byte[] der) {
        PublicKey key = issuer.ca().certificate().getPublicKey();
        try {
            PublishedCrl crl = PublishedCrl.of(der);
            crl.crl().verify(key);
            boolean asMeant =
                    crl.number() == content.number()
                            && crl.crl().getSigAlgName().equalsIgnoreCase(scheme.algorithm())
                            && Arrays.equals(
                                    crl.crl().getIssuerX500Principal().getEncoded(),
                                    issuer.ca()
                                            .certificate()
                                            .getSubjectX500Principal()
                                            .getEncoded())
                            && crl.serials().size() == content.revoked().size();
            return asMeant
                    ? new Made.Good(crl)
                    : new Made.NotVerified("the CRL is not the one that was built");
        } catch (CRLException e) {
            return new Made.NotVerified("the CRL cannot be read: " + e.getMessage());
        } catch (GeneralSecurityException e) {
            return new Made.NotVerified(
                    "the signature from the token does not verify with the issuer's key: "
                            + e.getMessage());
        }
    }

    private static TBSCertList tbs(Issuer issuer, AlgorithmIdentifier algorithm, Content content)
            throws IOException {
        V2TBSCertListGenerator tbs = new V2TBSCertListGenerator();
        tbs.setSignature(algorithm);
        tbs.setIssuer(
                X500Name.getInstance(
                        issuer.ca().certificate().getSubjectX500Principal().getEncoded()));
        tbs.setThisUpdate(time(content.thisUpdate()));
        tbs.setNextUpdate(time(content.nextUpdate()));
        for (Line line : content.revoked()) {
            Extensions extensions = reason(line.reason());
            tbs.addCRLEntry(new ASN1Integer(line.serial()), time(line.at()), extensions);
        }
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                // The stored identifier, as in leaves: never one that is computed here.
                new AuthorityKeyIdentifier(issuer.ca().keyIdentifier()));
        extensions.addExtension(
                Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(content.number())));
        tbs.setExtensions(extensions.generate());
        return tbs.generateTBSCertList();
    }

    /** RFC 5280 §5.3.1: unspecified is said by saying nothing. */
    private static @Nullable Extensions reason(CrlReason reason) throws IOException {
        return reason == CrlReason.UNSPECIFIED
                ? null
                : new Extensions(
                        new Extension(
                                Extension.reasonCode,
                                false,
                                new DEROctetString(CRLReason.lookup(reason.code()).getEncoded())));
    }

    private static Time time(Instant at) {
        return new Time(Date.from(at));
    }

    private static AlgorithmIdentifier algorithm(SignatureScheme scheme) {
        return switch (scheme) {
            case ECDSA_SHA256 -> new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
            case ECDSA_SHA384 -> new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA384);
            case RSA_SHA256 ->
                    new AlgorithmIdentifier(
                            PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE);
        };
    }

    private static ASN1EncodableVector vector(ASN1Encodable... parts) {
        ASN1EncodableVector vector = new ASN1EncodableVector(parts.length);
        vector.addAll(parts);
        return vector;
    }

    private CrlMaker() {}
}
