package io.overt.service.approval;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The public key of somebody who approves: Ed25519 or ECDSA on P-256, of a file or of a security
 * key (FIDO), which signs only when it is touched. Equal by all that OpenSSH says of it: what a
 * plain key signed is no word of a security key, whatever its public half.
 */
public final class ApproverKey {

    /** What it can sign with. */
    enum Kind {
        ED25519("ssh-ed25519", "Ed25519"),
        P256("ecdsa-sha2-nistp256", "SHA256withECDSA"),
        SECURITY_ED25519("sk-ssh-ed25519@openssh.com", "Ed25519"),
        SECURITY_P256("sk-ecdsa-sha2-nistp256@openssh.com", "SHA256withECDSA");

        private final String ssh;
        private final String algorithm;

        Kind(String ssh, String algorithm) {
            this.ssh = ssh;
            this.algorithm = algorithm;
        }

        /**
         * As OpenSSH calls keys and signatures (RFC 8709 §4 and §6, RFC 5656 §3.1; PROTOCOL.u2f).
         */
        String ssh() {
            return ssh;
        }
    }

    private final Kind kind;
    private final PublicKey key;

    /** Of a security key: whom it signs for. Empty for all others. */
    private final String application;

    private ApproverKey(Kind kind, PublicKey key, String application) {
        this.kind = kind;
        this.key = key;
        this.application = application;
    }

    /**
     * Reads a key as people have it: a line of an OpenSSH {@code .pub} file, or PEM.
     *
     * @throws IllegalArgumentException with what was expected
     */
    public static ApproverKey parse(String text) {
        String trimmed = text.strip();
        Matcher pem = PEM.matcher(trimmed);
        if (pem.matches()) {
            return pem(pem.group(1));
        }
        String[] fields = trimmed.split("[ \t]+", 3);
        if (fields.length < 2 || trimmed.contains("\n")) {
            throw new IllegalArgumentException(EXPECTED);
        }
        ApproverKey key;
        try {
            key = fromSsh(Base64.getDecoder().decode(fields[1]));
        } catch (MalformedSshException | IllegalArgumentException e) {
            throw new IllegalArgumentException(EXPECTED, e);
        }
        if (!key.kind.ssh.equals(fields[0])) {
            throw new IllegalArgumentException(EXPECTED);
        }
        return key;
    }

    private static ApproverKey pem(String base64) {
        try {
            PublicKey key =
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(
                                    new X509EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
            if (key instanceof EdECPublicKey edwards
                    && edwards.getParams().getName().equals(NamedParameterSpec.ED25519.getName())) {
                return new ApproverKey(Kind.ED25519, key, "");
            }
            throw new IllegalArgumentException(EXPECTED);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(EXPECTED, e);
        }
    }

    /** A key in the encoding of RFC 4253 §6.6. */
    static ApproverKey fromSsh(byte[] blob) throws MalformedSshException {
        SshReader in = new SshReader(blob);
        String type = in.text("key type");
        for (Kind kind : Kind.values()) {
            if (kind.ssh.equals(type)) {
                ApproverKey key = fromSsh(kind, in);
                in.requireEnd();
                return key;
            }
        }
        throw new MalformedSshException("a key of type '" + type + "'");
    }

    private static ApproverKey fromSsh(Kind kind, SshReader in) throws MalformedSshException {
        try {
            return switch (kind) {
                case ED25519 -> new ApproverKey(kind, ed25519(in), "");
                case P256 -> new ApproverKey(kind, p256(in), "");
                case SECURITY_ED25519 -> new ApproverKey(kind, ed25519(in), application(in));
                case SECURITY_P256 -> new ApproverKey(kind, p256(in), application(in));
            };
        } catch (GeneralSecurityException e) {
            throw new MalformedSshException("a " + kind.ssh + " key that is none: " + e);
        }
    }

    private static PublicKey ed25519(SshReader in)
            throws MalformedSshException, GeneralSecurityException {
        return spki("Ed25519", ED25519_SPKI, in.bytes("public key", 32));
    }

    private static PublicKey p256(SshReader in)
            throws MalformedSshException, GeneralSecurityException {
        String curve = in.text("curve");
        if (!curve.equals("nistp256")) {
            throw new MalformedSshException("a key on curve '" + curve + "'");
        }
        return spki("EC", P256_SPKI, in.bytes("public key", 65));
    }

    /** PROTOCOL.u2f: a key that was made for a web site signs for that and not for SSH. */
    private static String application(SshReader in) throws MalformedSshException {
        String application = in.text("application");
        if (!application.startsWith("ssh:")) {
            throw new MalformedSshException(
                    "a security key for '" + application + "' (expected: ssh:…)");
        }
        return application;
    }

    private static PublicKey spki(String algorithm, byte[] prefix, byte[] point)
            throws GeneralSecurityException {
        byte[] encoded = Arrays.copyOf(prefix, prefix.length + point.length);
        System.arraycopy(point, 0, encoded, prefix.length, point.length);
        PublicKey key =
                KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(encoded));
        if (key instanceof ECPublicKey && point[0] != 4 /* uncompressed, SEC 1 §2.3.3 */) {
            throw new GeneralSecurityException("not an uncompressed point");
        }
        return key;
    }

    Kind kind() {
        return kind;
    }

    /** Whom a security key signs for; empty for other keys. */
    String application() {
        return application;
    }

    /**
     * Whether this key made the signature.
     *
     * @param signature as the JCA has it: for P-256, DER
     */
    boolean verifies(byte[] content, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(kind.algorithm);
            verifier.initVerify(key);
            verifier.update(content);
            return verifier.verify(signature);
        } catch (SignatureException _) {
            // The JDK's answer to a signature of the wrong length or encoding: it does not verify.
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK verifies " + kind.algorithm, e);
        }
    }

    /** Names the key in transcripts: SHA-256 over its SubjectPublicKeyInfo, in hexadecimal. */
    public String fingerprint() {
        return Digest.of(key.getEncoded()).hex();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ApproverKey that
                && kind == that.kind
                && application.equals(that.application)
                && Arrays.equals(key.getEncoded(), that.key.getEncoded());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key.getEncoded());
    }

    @Override
    public String toString() {
        return kind.ssh + " " + fingerprint();
    }

    private static final String EXPECTED =
            "'ssh-ed25519 AAAA…', 'ecdsa-sha2-nistp256 AAAA…' or one of these as a security key (sk-…@openssh.com) on one line, or a PEM Ed25519 public key";

    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN PUBLIC KEY-----\\s+([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");

    /** SubjectPublicKeyInfo up to the key itself: RFC 8410 §4. */
    private static final byte[] ED25519_SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

    /** RFC 5480 §2, id-ecPublicKey with secp256r1. */
    private static final byte[] P256_SPKI =
            HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");
}
