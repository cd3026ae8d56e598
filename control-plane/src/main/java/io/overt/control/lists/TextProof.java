package io.overt.control.lists;

import io.overt.policy.DeclaredList.Proof;
import io.overt.service.approval.FileSignature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bouncycastle.crypto.digests.Blake2bDigest;

/**
 * Whether a fetched text is what the document wants it to be. Blocks for as long as reading takes.
 */
final class TextProof {

    /** Why it is not; empty where it is. */
    static Optional<String> ofChecksum(Proof.Checksum wanted, Path text) throws IOException {
        var found = HexFormat.of().formatHex(digest("SHA-256", text));
        return found.equals(wanted.sha256())
                ? Optional.empty()
                : Optional.of("its SHA-256 is " + found + " (expected: " + wanted.sha256() + ")");
    }

    /** The same, by what came from beside it. */
    static Optional<String> ofSignature(Proof.Signed wanted, Path text, byte[] signature)
            throws IOException {
        var armoured = new String(signature, StandardCharsets.ISO_8859_1);
        return wanted.key().startsWith("ssh-")
                ? FileSignature.problem(
                        armoured, wanted.key(), "file", algorithm -> unchecked(algorithm, text))
                : ofMinisign(wanted.key(), text, armoured);
    }

    private static byte[] unchecked(String algorithm, Path text) {
        try {
            return digest(algorithm, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * As minisign writes it: a comment; "ED" (of the text's BLAKE2b-512), the key's number and an
     * Ed25519 signature; a trusted comment; and a signature over that signature and that comment.
     */
    private static Optional<String> ofMinisign(String key, Path text, String signature)
            throws IOException {
        List<String> lines = signature.lines().toList();
        if (lines.size() < 4 || !lines.get(2).startsWith(TRUSTED)) {
            return Optional.of("its signature is none of minisign's");
        }
        try {
            byte[] publicKey = Base64.getDecoder().decode(key);
            byte[] own = Base64.getDecoder().decode(lines.get(1));
            if (own.length != 74 || own[0] != 'E' || own[1] != 'D') {
                return Optional.of(
                        "its signature is none over a digest (expected: one of minisign 0.8 or newer, without -l)");
            }
            if (!Arrays.equals(own, 2, 10, publicKey, 2, 10)) {
                return Optional.of("its signature is by another key");
            }
            byte[] bare = Arrays.copyOfRange(own, 10, 74);
            byte[] comment =
                    lines.get(2).substring(TRUSTED.length()).getBytes(StandardCharsets.ISO_8859_1);
            byte[] global = Arrays.copyOf(bare, bare.length + comment.length);
            System.arraycopy(comment, 0, global, bare.length, comment.length);
            byte[] raw = Arrays.copyOfRange(publicKey, 10, 42);
            boolean good =
                    verifies(raw, blake2b(text), bare)
                            && verifies(raw, global, Base64.getDecoder().decode(lines.get(3)));
            return good ? Optional.empty() : Optional.of("its signature does not verify");
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            return Optional.of("its signature cannot be read: " + e.getMessage());
        }
    }

    private static boolean verifies(byte[] key, byte[] message, byte[] signature)
            throws GeneralSecurityException {
        byte[] spki = Arrays.copyOf(ED25519_SPKI, ED25519_SPKI.length + key.length);
        System.arraycopy(key, 0, spki, ED25519_SPKI.length, key.length);
        var verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(
                KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki)));
        verifier.update(message);
        return verifier.verify(signature);
    }

    private static byte[] digest(String algorithm, Path text) throws IOException {
        try {
            var digest = MessageDigest.getInstance(algorithm);
            read(text, piece -> digest.update(piece.octets(), 0, piece.length()));
            return digest.digest();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    private static byte[] blake2b(Path text) throws IOException {
        var digest = new Blake2bDigest(512);
        read(text, piece -> digest.update(piece.octets(), 0, piece.length()));
        byte[] value = new byte[64];
        digest.doFinal(value, 0);
        return value;
    }

    @SuppressWarnings("ArrayRecordComponent") // lent, never compared
    private record Piece(byte[] octets, int length) {}

    private static void read(Path text, Consumer<Piece> to) throws IOException {
        byte[] piece = new byte[1 << 16];
        try (var in = Files.newInputStream(text)) {
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                to.accept(new Piece(piece, read));
            }
        }
    }

    private static final String TRUSTED = "trusted comment: ";

    /** RFC 8410: SEQUENCE { SEQUENCE { 1.3.101.112 } BIT STRING }, up to the key's 32 octets. */
    private static final byte[] ED25519_SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

    private TextProof() {}
}
