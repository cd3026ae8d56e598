package io.overt.service.approval;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A detached signature as {@code ssh-keygen -Y sign} writes it (PROTOCOL.sshsig of OpenSSH). */
final class SshSignature {

    private final ApproverKey key;
    private final String namespace;
    private final String hash;
    private final byte[] signature;

    private SshSignature(ApproverKey key, String namespace, String hash, byte[] signature) {
        this.key = key;
        this.namespace = namespace;
        this.hash = hash;
        this.signature = signature;
    }

    static boolean looksLikeOne(String text) {
        return text.startsWith("-----BEGIN SSH SIGNATURE-----");
    }

    static SshSignature parse(String text) throws MalformedSshException {
        Matcher armour = ARMOUR.matcher(text);
        if (!armour.matches()) {
            throw new MalformedSshException("it is not armoured as ssh-keygen does");
        }
        byte[] blob;
        try {
            blob = Base64.getDecoder().decode(armour.group(1).replaceAll("[\r\n]", ""));
        } catch (IllegalArgumentException e) {
            throw new MalformedSshException("it is not base64: " + e.getMessage());
        }
        SshReader in = new SshReader(blob);
        if (!Arrays.equals(in.fixed("magic", MAGIC.length), MAGIC)) {
            throw new MalformedSshException("it does not begin with SSHSIG");
        }
        int version = in.uint32("version");
        if (version != 1) {
            throw new MalformedSshException("it has version " + version + " (expected: 1)");
        }
        ApproverKey key = ApproverKey.fromSsh(in.string("public key"));
        String namespace = in.text("namespace");
        in.string("reserved field"); // PROTOCOL.sshsig: ignored, but signed as empty below
        String hash = in.text("hash algorithm");
        if (hashName(hash).isEmpty()) {
            throw new MalformedSshException(
                    "it has hash algorithm '" + hash + "' (expected: sha256 or sha512)");
        }
        byte[] signature = in.string("signature");
        in.requireEnd();
        return new SshSignature(key, namespace, hash, signature);
    }

    /** Of who signed, by their own word. */
    ApproverKey key() {
        return key;
    }

    /** What the signature is for. */
    String namespace() {
        return namespace;
    }

    /** Whether the key in it made it, over exactly this message. */
    boolean verifies(byte[] message) throws MalformedSshException {
        return verifiesDigest(digest(message));
    }

    /** What the digest is to be made with, by the name that the JCA has for it. */
    String digestAlgorithm() {
        return hashName(hash).orElseThrow();
    }

    /** Whether the key in it made it, over a message with this digest. */
    boolean verifiesDigest(byte[] digest) throws MalformedSshException {
        SshReader in = new SshReader(signature);
        String algorithm = in.text("signature algorithm");
        if (!algorithm.equals(key.kind().ssh())) {
            throw new MalformedSshException(
                    "its signature is a '%s' by a %s key".formatted(algorithm, key.kind().ssh()));
        }
        byte[] value = in.string("signature value");
        byte[] signed =
                switch (key.kind()) {
                    case ED25519, P256 -> signedData(digest);
                    case SECURITY_ED25519, SECURITY_P256 -> byAuthenticator(signedData(digest), in);
                };
        in.requireEnd();
        byte[] jca =
                switch (key.kind()) {
                    case ED25519, SECURITY_ED25519 -> value;
                    case P256, SECURITY_P256 -> der(value);
                };
        return key.verifies(signed, jca);
    }

    /**
     * What a security key signs (PROTOCOL.u2f): beside the message, for whom, that it was touched,
     * and a counter, which need not grow: approvals are kept, and handed in in any order.
     */
    private byte[] byAuthenticator(byte[] message, SshReader in) throws MalformedSshException {
        int flags = in.octet("flags");
        byte[] counter = in.fixed("counter", Integer.BYTES);
        if ((flags & USER_PRESENT) == 0) {
            // Somebody who has got at the machine signs like this, and nobody was asked.
            throw new MalformedSshException(
                    "flags 0x%02x of a security key: nobody touched it (expected: 0x%02x in them)"
                            .formatted(flags, USER_PRESENT));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(sha256(key.application().getBytes(StandardCharsets.UTF_8)));
        out.write(flags);
        out.writeBytes(counter);
        out.writeBytes(sha256(message));
        return out.toByteArray();
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private byte[] signedData(byte[] digest) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(MAGIC);
        string(out, namespace.getBytes(StandardCharsets.UTF_8));
        string(out, new byte[0]);
        string(out, hash.getBytes(StandardCharsets.UTF_8));
        string(out, digest);
        return out.toByteArray();
    }

    private byte[] digest(byte[] message) {
        String name = digestAlgorithm();
        try {
            return MessageDigest.getInstance(name).digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
    }

    /** RFC 5656 §3.1.2: two mpints; the JCA wants them in DER (RFC 3279 §2.2.3). */
    private static byte[] der(byte[] value) throws MalformedSshException {
        SshReader in = new SshReader(value);
        byte[] r = integer(in.string("r"));
        byte[] s = integer(in.string("s"));
        in.requireEnd();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0x30);
        out.write(r.length + s.length);
        out.writeBytes(r);
        out.writeBytes(s);
        return out.toByteArray();
    }

    private static byte[] integer(byte[] mpint) throws MalformedSshException {
        if (mpint.length == 0 || mpint.length > 33) {
            throw new MalformedSshException("an integer of " + mpint.length + " bytes in it");
        }
        byte[] content = new BigInteger(mpint).toByteArray();
        byte[] der = new byte[content.length + 2];
        der[0] = 0x02;
        der[1] = (byte) content.length;
        System.arraycopy(content, 0, der, 2, content.length);
        return der;
    }

    private static void string(ByteArrayOutputStream out, byte[] value) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value.length).array());
        out.writeBytes(value);
    }

    private static Optional<String> hashName(String hash) {
        return switch (hash) {
            case "sha256" -> Optional.of("SHA-256");
            case "sha512" -> Optional.of("SHA-512");
            default -> Optional.empty();
        };
    }

    /** The bit UP of the authenticator data (WebAuthn §6.1). */
    private static final int USER_PRESENT = 0x01;

    private static final byte[] MAGIC = "SSHSIG".getBytes(StandardCharsets.US_ASCII);

    private static final Pattern ARMOUR =
            Pattern.compile(
                    "-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\\s*");
}
