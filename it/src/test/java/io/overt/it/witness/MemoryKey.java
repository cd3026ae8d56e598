package io.overt.it.witness;

import io.overt.signer.key.KeyState;
import io.overt.signer.key.Signing;
import io.overt.signer.key.SigningKey;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;

/** A log's key without a token. */
final class MemoryKey implements SigningKey {
    private final KeyPair pair;

    MemoryKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        pair = generator.generateKeyPair();
    }

    @Override
    public PublicKey publicKey() {
        return pair.getPublic();
    }

    @Override
    public Signing sign(byte[] content) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(content);
            return new Signing.Signed(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public Optional<Signing.NotSigned> canary() {
        return Optional.empty();
    }

    @Override
    public KeyState state() {
        return KeyState.UP;
    }
}
