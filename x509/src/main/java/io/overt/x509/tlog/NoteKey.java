package io.overt.x509.tlog;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A public key that notes are verified with: a name, an algorithm and its key (C2SP signed-note,
 * tlog-cosignature).
 */
public final class NoteKey {

    /** How a key signs. */
    public enum Kind {
        /** Ed25519 over the text. */
        ED25519(0x01, "Ed25519"),
        /**
         * ECDSA with SHA-256 over the text, the signature in DER: what tokens can do. For P-256.
         */
        ECDSA(0x02, "SHA256withECDSA"),
        /** A witness's Ed25519 over the text and the time: cosignature/v1. */
        COSIGNATURE(0x04, "Ed25519");

        private final int type;
        private final String algorithm;

        Kind(int type, String algorithm) {
            this.type = type;
            this.algorithm = algorithm;
        }
    }

    private final String name;
    private final Kind kind;
    private final PublicKey key;
    private final byte[] encoded;
    private final int id;

    private NoteKey(String name, Kind kind, PublicKey key, byte[] encoded) {
        requireName(name);
        this.name = name;
        this.kind = kind;
        this.key = key;
        this.encoded = encoded;
        this.id = id(name, kind, encoded);
    }

    /**
     * A key under a name.
     *
     * @throws IllegalArgumentException when the key is not of that kind, or the name is none
     */
    public static NoteKey of(String name, Kind kind, PublicKey key) {
        byte[] spki = key.getEncoded();
        boolean fits =
                switch (kind) {
                    case ED25519, COSIGNATURE ->
                            spki.length == ED25519_PREFIX.length + 32
                                    && Arrays.equals(
                                            spki,
                                            0,
                                            ED25519_PREFIX.length,
                                            ED25519_PREFIX,
                                            0,
                                            ED25519_PREFIX.length);
                    case ECDSA ->
                            key instanceof ECPublicKey ec
                                    && ec.getParams().getOrder().equals(P256_ORDER);
                };
        if (!fits) {
            throw new IllegalArgumentException(
                    "a key of %s (expected: %s)"
                            .formatted(
                                    key.getAlgorithm(),
                                    kind == Kind.ECDSA ? "EC P-256" : "Ed25519"));
        }
        return new NoteKey(
                name,
                kind,
                key,
                kind == Kind.ECDSA
                        ? spki
                        : Arrays.copyOfRange(spki, ED25519_PREFIX.length, spki.length));
    }

    /**
     * Reads a vkey: {@code name+id+Base64(type, key)}.
     *
     * @throws MalformedLogException when it is none, or of a kind that is not known here
     */
    public static NoteKey parse(String vkey) throws MalformedLogException {
        String[] parts = vkey.split("\\+", 3); // Base64 may contain a plus; name and id do not
        if (parts.length != 3) {
            throw malformed(vkey, "name+id+key", null);
        }
        byte[] typed = Base64Text.decode(parts[2]);
        if (typed.length < 2) {
            throw malformed(vkey, "a key", null);
        }
        byte[] material = Arrays.copyOfRange(typed, 1, typed.length);
        try {
            for (Kind kind : Kind.values()) {
                if (kind.type == typed[0]) {
                    NoteKey key = of(parts[0], kind, publicKey(kind, material));
                    if (!HexFormat.of().toHexDigits(key.id).equals(parts[1])) {
                        throw malformed(vkey, "id " + HexFormat.of().toHexDigits(key.id), null);
                    }
                    return key;
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw malformed(vkey, "a key of its type", e);
        }
        throw malformed(vkey, "type 1, 2 or 4", null);
    }

    /** As others are told it. */
    public String vkey() {
        byte[] typed = new byte[1 + encoded.length];
        typed[0] = (byte) kind.type;
        System.arraycopy(encoded, 0, typed, 1, encoded.length);
        return name
                + "+"
                + HexFormat.of().toHexDigits(id)
                + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    /** Its name; a log's is its origin. */
    public String name() {
        return name;
    }

    /** How it signs. */
    public Kind kind() {
        return kind;
    }

    /** What signature lines name it by, beside the name. */
    public int id() {
        return id;
    }

    /** Whether this key signed this text so. */
    public boolean verifies(String text, byte[] signature) {
        return switch (kind) {
            case ED25519, ECDSA -> verifies(bytes(text), signature);
            case COSIGNATURE -> {
                if (signature.length != Cosignature.TIME + 64) {
                    yield false;
                }
                long time = ByteBuffer.wrap(signature).getLong();
                yield time >= 0
                        && verifies(
                                Cosignature.message(text, time),
                                Arrays.copyOfRange(signature, Cosignature.TIME, signature.length));
            }
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteKey that
                && name.equals(that.name)
                && kind == that.kind
                && Arrays.equals(encoded, that.encoded);
    }

    @Override
    public int hashCode() {
        return id;
    }

    @Override
    public String toString() {
        return vkey();
    }

    /** Throws unless it can be a key's name, which no space and no plus is in. */
    static void requireName(String name) {
        if (name.isEmpty()
                || name.codePoints()
                        .anyMatch(
                                c ->
                                        c < 0x20
                                                || c == '+'
                                                || Character.isWhitespace(c)
                                                || Character.isSpaceChar(c))) {
            throw new IllegalArgumentException(
                    "key name: '%s' (expected: no space, no plus, not empty)".formatted(name));
        }
    }

    private boolean verifies(byte[] content, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(kind.algorithm);
            verifier.initVerify(key);
            verifier.update(content);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false; // not even the form of one
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK does not verify " + kind, e);
        }
    }

    private static PublicKey publicKey(Kind kind, byte[] material) throws GeneralSecurityException {
        return switch (kind) {
            case ECDSA ->
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(material));
            case ED25519, COSIGNATURE -> {
                ByteArrayOutputStream spki = new ByteArrayOutputStream();
                spki.writeBytes(ED25519_PREFIX);
                spki.writeBytes(material);
                yield KeyFactory.getInstance("Ed25519")
                        .generatePublic(new X509EncodedKeySpec(spki.toByteArray()));
            }
        };
    }

    /** The specification: of ECDSA keys the DER of the SPKI alone, without the name. */
    private static int id(String name, Kind kind, byte[] encoded) {
        MessageDigest digest = MerkleHash.sha256();
        switch (kind) {
            case ECDSA -> digest.update(encoded);
            case ED25519, COSIGNATURE -> {
                digest.update(bytes(name));
                digest.update((byte) '\n');
                digest.update((byte) kind.type);
                digest.update(encoded);
            }
        }
        return ByteBuffer.wrap(digest.digest()).getInt();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static MalformedLogException malformed(
            String vkey, String expected, @Nullable Exception cause) {
        String message = "verifier key: '%s' (expected: %s)".formatted(vkey, expected);
        return cause == null
                ? new MalformedLogException(message)
                : new MalformedLogException(message, cause);
    }

    /** RFC 8410: what stands before the 32 bytes of an Ed25519 key in its SPKI. */
    private static final byte[] ED25519_PREFIX =
            HexFormat.of().parseHex("302a300506032b6570032100");

    /** FIPS 186-4, D.1.2.3. */
    private static final BigInteger P256_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
}
