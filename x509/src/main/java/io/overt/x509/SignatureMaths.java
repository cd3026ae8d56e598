package io.overt.x509;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.List;

/**
 * Verifies signatures with the first of its providers that knows the algorithm, and else with the
 * JDK's own. Providers are used by object and need not be registered. Safe for any number of
 * threads, as providers are.
 */
public final class SignatureMaths {
    private final List<Provider> preferred;
    private final GoodSignatures remembered;

    private SignatureMaths(List<Provider> preferred, GoodSignatures remembered) {
        this.preferred = preferred;
        this.remembered = remembered;
    }

    /** The registered providers, in the JDK's order. */
    public static SignatureMaths ofJdk() {
        return new SignatureMaths(List.of(), new GoodSignatures(0));
    }

    /** These first. */
    public static SignatureMaths preferring(Provider... providers) {
        return new SignatureMaths(List.of(providers), new GoodSignatures(0));
    }

    /**
     * The same, with a memory for good signatures: that of an intermediate is asked about with each
     * leaf below it. A signature that is good stays so whatever the time, the anchors and the name
     * are, so that there is nothing to take back; a bad one is worked out each time.
     *
     * @param signatures how many, each about 150 bytes; those that were asked for last
     */
    public SignatureMaths remembering(int signatures) {
        return new SignatureMaths(preferred, new GoodSignatures(signatures));
    }

    /**
     * Whether {@code signature} over {@code message} is by {@code key}. A key or a signature that
     * does not fit the algorithm is not.
     *
     * @throws GeneralSecurityException if no provider knows the algorithm
     */
    boolean verify(SignatureAlgorithm algorithm, PublicKey key, byte[] message, byte[] signature)
            throws GeneralSecurityException {
        return remembered.verify(
                algorithm, key, message, signature, () -> work(algorithm, key, message, signature));
    }

    private boolean work(
            SignatureAlgorithm algorithm, PublicKey key, byte[] message, byte[] signature)
            throws GeneralSecurityException {
        Signature maths = signature(algorithm.name());
        try {
            if (algorithm.parameters().isPresent()) {
                maths.setParameter(algorithm.parameters().get());
            }
            maths.initVerify(key);
            maths.update(message);
            return maths.verify(signature);
        } catch (InvalidKeyException
                | InvalidAlgorithmParameterException
                | SignatureException
                | IllegalArgumentException _) {
            return false;
        }
    }

    private Signature signature(String algorithm) throws NoSuchAlgorithmException {
        for (Provider provider : preferred) {
            if (provider.getService("Signature", algorithm) != null) {
                return Signature.getInstance(algorithm, provider);
            }
        }
        return Signature.getInstance(algorithm);
    }
}
