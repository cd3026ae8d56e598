package io.overt.edge.site;

import io.overt.x509.Epoch;
import io.overt.x509.LeafPublicKey;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;

/**
 * The key pair that a site's forged leaves carry during one epoch: EC P-256. Whoever takes the
 * private half over can pose as the upstream of every leaf forged with it, so it stays in the
 * memory of the site's edges.
 */
public final class EpochKey {
    private final Epoch epoch;
    private final PrivateKey privateKey;
    private final LeafPublicKey publicKey;
    private final KeyDigest digest;

    private EpochKey(Epoch epoch, PrivateKey privateKey, LeafPublicKey publicKey) {
        this.epoch = epoch;
        this.privateKey = privateKey;
        this.publicKey = publicKey;
        this.digest = KeyDigest.of(publicKey.spki());
    }

    /** A new pair. */
    public static EpochKey generate(Epoch epoch, SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair pair = generator.generateKeyPair();
            return new EpochKey(epoch, pair.getPrivate(), LeafPublicKey.of(pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has P-256", e);
        }
    }

    /**
     * A pair that a peer handed over.
     *
     * @throws GeneralSecurityException if it cannot be read, is not P-256, or its halves do not
     *     belong together
     */
    static EpochKey received(Epoch epoch, byte[] pkcs8, byte[] spki)
            throws GeneralSecurityException {
        LeafPublicKey publicKey;
        try {
            publicKey = new LeafPublicKey(spki);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
        PrivateKey privateKey =
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        EpochKey key = new EpochKey(epoch, privateKey, publicKey);
        Signature verifier = Signature.getInstance(ECDSA);
        verifier.initVerify(publicKey.publicKey());
        verifier.update(spki);
        if (!verifier.verify(key.sign(spki))) {
            throw new GeneralSecurityException("private and public key do not belong together");
        }
        return key;
    }

    /** The epoch that it serves. */
    public Epoch epoch() {
        return epoch;
    }

    /** The private half; for credentials and for peers of the same site. */
    public PrivateKey privateKey() {
        return privateKey;
    }

    /** The public half. */
    public LeafPublicKey publicKey() {
        return publicKey;
    }

    /** What signers and acts call it. */
    public KeyDigest digest() {
        return digest;
    }

    /**
     * What convinces the signer that the caller holds the private half: see
     * EnrolLeafKeyRequest.proof_of_possession.
     */
    public byte[] proofOfPossession(String site) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes("overt leaf key enrolment v1".getBytes(StandardCharsets.US_ASCII));
        message.write(0);
        message.writeBytes(site.getBytes(StandardCharsets.UTF_8));
        message.write(0);
        message.writeBytes(ByteBuffer.allocate(4).putInt(epoch.number()).array());
        message.writeBytes(publicKey.spki());
        try {
            return sign(message.toByteArray());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a P-256 key signs with " + ECDSA, e);
        }
    }

    /** Names epoch and public key; never the private one. */
    @Override
    public String toString() {
        return "EpochKey[" + epoch.number() + ", " + publicKey + "]";
    }

    private byte[] sign(byte[] message) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(ECDSA);
        signer.initSign(privateKey);
        signer.update(message);
        return signer.sign();
    }

    private static final String ECDSA = "SHA256withECDSA";
}
