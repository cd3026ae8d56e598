package io.overt.signer.ceremony;

import io.overt.signer.ca.CaDraft;
import io.overt.signer.ca.CaException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A certificate is signed with a throw-away key first, and looked at: what the CA's key signs once
 * cannot be called back. What it then signs is the same, byte for byte.
 */
final class SignedTwice {

    /**
     * @param key the CA's
     * @param provider what signs with it
     * @param note told each step, with what it was about
     * @param lint everything that is wrong with a certificate
     */
    static X509Certificate sign(
            CaDraft draft,
            KeyPair key,
            Provider provider,
            BiConsumer<String, String> note,
            Function<X509Certificate, List<String>> lint)
            throws CaException, GeneralSecurityException {
        KeyPairGenerator generator = throwAway(key.getPublic());
        KeyPair throwAway = generator.generateKeyPair();
        X509Certificate rehearsed =
                draft.sign(throwAway.getPrivate(), throwAway.getPublic(), generator.getProvider());
        requireNone("before it was signed", lint.apply(rehearsed));
        note.accept("linted-before-signing", subject(rehearsed));
        X509Certificate certificate = draft.sign(key.getPrivate(), key.getPublic(), provider);
        requireNone("after it was signed", lint.apply(certificate));
        if (!Arrays.equals(rehearsed.getTBSCertificate(), certificate.getTBSCertificate())) {
            throw new CaException("what was signed is not what was looked at before");
        }
        note.accept("linted-after-signing", subject(certificate));
        return certificate;
    }

    /** Of the same kind, since the kind is in what is signed. */
    static KeyPairGenerator throwAway(PublicKey like) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(like.getAlgorithm());
        if (like instanceof ECPublicKey ec) {
            generator.initialize(ec.getParams());
        } else {
            generator.initialize(2048);
        }
        return generator;
    }

    private static void requireNone(String when, List<String> faults) throws CaException {
        if (!faults.isEmpty()) {
            throw new CaException(
                    "the certificate, looked at %s: %s".formatted(when, String.join("; ", faults)));
        }
    }

    private static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    private SignedTwice() {}
}
