package io.overt.x509.revocation;

import io.overt.x509.revocation.RevocationAnswer.Why;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PSSParameterSpec;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * Signatures under CRLs and OCSP responses, by the same strength as those under certificates: a
 * forged "good" is worth as much as a forged certificate.
 */
final class Signatures {
    private static final String RSASSA_PSS = "1.2.840.113549.1.1.10";
    private static final Set<String> SAFE_DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");
    private static final int MIN_RSA_BITS = 2048;
    private static final int MIN_EC_BITS = 256;

    private static final Map<String, String> SAFE =
            Map.of(
                    "1.2.840.10045.4.3.2", "SHA256withECDSA",
                    "1.2.840.10045.4.3.3", "SHA384withECDSA",
                    "1.2.840.10045.4.3.4", "SHA512withECDSA",
                    "1.2.840.113549.1.1.11", "SHA256withRSA",
                    "1.2.840.113549.1.1.12", "SHA384withRSA",
                    "1.2.840.113549.1.1.13", "SHA512withRSA",
                    "1.3.101.112", "Ed25519",
                    "1.3.101.113", "Ed448");

    /** Returns if {@code key} made {@code signature} over {@code signed}, by safe means. */
    static void check(AlgorithmIdentifier algorithm, byte[] signed, byte[] signature, PublicKey key)
            throws UnusableException {
        checkKey(key);
        Signature verifier = verifier(algorithm);
        boolean good;
        try {
            verifier.initVerify(key);
            verifier.update(signed);
            good = verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // A key of another kind than the algorithm's, or a signature that is no encoding of
            // one.
            throw new UnusableException(Why.BAD_SIGNATURE, "signature: " + e.getMessage());
        }
        if (!good) {
            throw new UnusableException(Why.BAD_SIGNATURE, "signature does not verify");
        }
    }

    private static Signature verifier(AlgorithmIdentifier algorithm) throws UnusableException {
        String oid = algorithm.getAlgorithm().getId();
        try {
            if (oid.equals(RSASSA_PSS)) {
                Signature verifier = Signature.getInstance("RSASSA-PSS");
                verifier.setParameter(pss(algorithm));
                return verifier;
            }
            Optional<String> name = Optional.ofNullable(SAFE.get(oid));
            if (name.isEmpty()) {
                throw new UnusableException(
                        Why.WEAK_SIGNATURE,
                        "signed with " + oid + " (expected: SHA-256 or better, or EdDSA)");
            }
            return Signature.getInstance(name.get());
        } catch (GeneralSecurityException e) {
            throw new UnusableException(Why.WEAK_SIGNATURE, "signed with " + oid + ": " + e);
        }
    }

    /** RFC 4055 §3.1: the hash is a parameter, and SHA-1 where it is left out. */
    private static PSSParameterSpec pss(AlgorithmIdentifier algorithm)
            throws UnusableException, GeneralSecurityException {
        if (algorithm.getParameters() == null) {
            throw new UnusableException(Why.WEAK_SIGNATURE, "RSASSA-PSS with SHA-1");
        }
        PSSParameterSpec spec;
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(
                    algorithm.getParameters().toASN1Primitive().getEncoded(ASN1Encoding.DER));
            spec = parameters.getParameterSpec(PSSParameterSpec.class);
        } catch (IOException e) {
            throw UnusableException.malformed("RSASSA-PSS parameters: " + e.getMessage());
        }
        if (!SAFE_DIGESTS.contains(spec.getDigestAlgorithm())) {
            throw new UnusableException(
                    Why.WEAK_SIGNATURE, "RSASSA-PSS with " + spec.getDigestAlgorithm());
        }
        return spec;
    }

    private static void checkKey(PublicKey key) throws UnusableException {
        boolean safe =
                switch (key) {
                    case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= MIN_RSA_BITS;
                    case ECPublicKey ec -> ec.getParams().getOrder().bitLength() >= MIN_EC_BITS;
                    case EdECPublicKey _ -> true;
                    default -> false;
                };
        if (!safe) {
            throw new UnusableException(
                    Why.WEAK_SIGNATURE,
                    key.getAlgorithm() + " key that is too short, or of another kind");
        }
    }

    private Signatures() {}
}
