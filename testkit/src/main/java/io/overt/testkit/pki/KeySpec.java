package io.overt.testkit.pki;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Kinds of keys. */
public enum KeySpec {
    EC_P256,
    EC_P384,
    EC_P521,
    /** Too short: for tests of the refusal. */
    RSA_1024,
    RSA_2048,
    RSA_3072,
    ED25519;

    /**
     * RSA keys are dear: a process makes this many of a kind and then hands them out again in turn.
     */
    private static final int RSA_KEYS = 4;

    private static final Map<String, KeyPair> RSA_CACHE = new ConcurrentHashMap<>();

    private static final AtomicInteger TURN = new AtomicInteger();

    /** A key pair; fresh, but for RSA, where the same four take turns. */
    public KeyPair generate() {
        return switch (this) {
            case EC_P256 -> ec("secp256r1");
            case EC_P384 -> ec("secp384r1");
            case EC_P521 -> ec("secp521r1");
            case RSA_1024 -> rsa(1024);
            case RSA_2048 -> rsa(2048);
            case RSA_3072 -> rsa(3072);
            case ED25519 -> make("Ed25519", _ -> {});
        };
    }

    private KeyPair rsa(int bits) {
        int slot = Math.floorMod(TURN.getAndIncrement(), RSA_KEYS);
        return RSA_CACHE.computeIfAbsent(
                this + "/" + slot, _ -> make("RSA", generator -> generator.initialize(bits)));
    }

    private static KeyPair ec(String curve) {
        return make("EC", generator -> generator.initialize(new ECGenParameterSpec(curve)));
    }

    private interface Initialisation {
        void on(KeyPairGenerator generator) throws GeneralSecurityException;
    }

    private static KeyPair make(String algorithm, Initialisation initialisation) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            initialisation.on(generator);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("generating a " + algorithm + " key", e);
        }
    }
}
