package io.overt.signer.key;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

/**
 * The one way in which a key of each kind signs; the mirror recipe derives the same from the
 * issuing certificate.
 */
public enum SignatureScheme {
    /** P-256. */
    ECDSA_SHA256("SHA256withECDSA"),
    /** P-384. */
    ECDSA_SHA384("SHA384withECDSA"),
    /** RSA PKCS#1 v1.5. */
    RSA_SHA256("SHA256withRSA");

    private final String algorithm;

    SignatureScheme(String algorithm) {
        this.algorithm = algorithm;
    }

    /**
     * The scheme of a key.
     *
     * @throws SigningKeyException when issuing keys of this kind are not supported
     */
    public static SignatureScheme of(PublicKey key) throws SigningKeyException {
        return switch (key) {
            case ECPublicKey ec when ec.getParams().getOrder().bitLength() == 256 -> ECDSA_SHA256;
            case ECPublicKey ec when ec.getParams().getOrder().bitLength() == 384 -> ECDSA_SHA384;
            case RSAPublicKey rsa when rsa.getModulus().bitLength() >= 2048 -> RSA_SHA256;
            default ->
                    throw new SigningKeyException(
                            SigningKeyException.Kind.KEY,
                            "issuing key of kind "
                                    + key.getAlgorithm()
                                    + " (expected: EC P-256, EC P-384 or RSA of at least 2048 bits)");
        };
    }

    /** The name that the JDK's providers know it by. */
    public String algorithm() {
        return algorithm;
    }

    /** Whether the signature is by this key; a malformed one is not. */
    public boolean verifies(PublicKey key, byte[] content, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key);
            verifier.update(content);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false; // not even the encoding of a signature
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("the JDK does not verify " + algorithm, e);
        }
    }

    byte[] sign(Signature signer, byte[] content) throws GeneralSecurityException {
        signer.update(content);
        return signer.sign();
    }
}
