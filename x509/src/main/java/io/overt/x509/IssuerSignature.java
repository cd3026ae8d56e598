package io.overt.x509;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

/** What an issuing CA signs with: a function of its key, so that nobody has to agree on it. */
enum IssuerSignature {
    ECDSA_SHA256("SHA256withECDSA"),
    ECDSA_SHA384("SHA384withECDSA"),
    RSA_SHA256("SHA256withRSA");

    private static final int MIN_RSA_BITS = 2048;

    private final String jcaName;

    IssuerSignature(String jcaName) {
        this.jcaName = jcaName;
    }

    /**
     * The algorithm for {@code key}.
     *
     * @throws IllegalArgumentException if no issuing CA may have such a key
     */
    static IssuerSignature of(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec when ec.getParams().getOrder().bitLength() == 256 -> ECDSA_SHA256;
            case ECPublicKey ec when ec.getParams().getOrder().bitLength() == 384 -> ECDSA_SHA384;
            case RSAPublicKey rsa when rsa.getModulus().bitLength() >= MIN_RSA_BITS -> RSA_SHA256;
            default ->
                    throw new IllegalArgumentException(
                            "issuing CA: "
                                    + key.getAlgorithm()
                                    + " key (expected: EC P-256, EC P-384, or RSA of at least "
                                    + MIN_RSA_BITS
                                    + " bits)");
        };
    }

    /** The name for {@code java.security.Signature}. */
    String jcaName() {
        return jcaName;
    }

    /**
     * DER AlgorithmIdentifier. RFC 5758 §3.2: ECDSA without parameters. RFC 4055 §5: RSA with
     * parameters NULL.
     */
    byte[] identifier() {
        return switch (this) {
            case ECDSA_SHA256 -> Der.sequence(Oid.encoded("1.2.840.10045.4.3.2"));
            case ECDSA_SHA384 -> Der.sequence(Oid.encoded("1.2.840.10045.4.3.3"));
            case RSA_SHA256 ->
                    Der.sequence(Oid.encoded("1.2.840.113549.1.1.11"), Der.encode(Der.NULL));
        };
    }
}
