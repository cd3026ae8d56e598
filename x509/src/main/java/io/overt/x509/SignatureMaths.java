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
 * JDK's own. Providers are used by object and need not be registered. Immutable; safe for any
 * number of threads, as providers are.
 */
public final class SignatureMaths {
    private final List<Provider> preferred;

    private SignatureMaths(List<Provider> preferred) {
        this.preferred = preferred;
    }

    /** The registered providers, in the JDK's order. */
    public static SignatureMaths ofJdk() {
        return new SignatureMaths(List.of());
    }

    /** These first. */
    public static SignatureMaths preferring(Provider... providers) {
        return new SignatureMaths(List.of(providers));
    }

    /**
     * Whether {@code signature} over {@code message} is by {@code key}. A key or a signature that
     * does not fit the algorithm is not.
     *
     * @throws GeneralSecurityException if no provider knows the algorithm
     */
    boolean verify(SignatureAlgorithm algorithm, PublicKey key, byte[] message, byte[] signature)
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
