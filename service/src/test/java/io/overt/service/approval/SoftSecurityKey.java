package io.overt.service.approval;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * A security key without a device: signs what an authenticator would sign for OpenSSH, written from
 * PROTOCOL.u2f and PROTOCOL.sshsig. Lies as told.
 */
final class SoftSecurityKey {

    /** What it signs with. */
    enum Algorithm {
        ED25519("sk-ssh-ed25519@openssh.com", "Ed25519"),
        P256("sk-ecdsa-sha2-nistp256@openssh.com", "SHA256withECDSA");

        final String ssh;
        final String jca;

        Algorithm(String ssh, String jca) {
            this.ssh = ssh;
            this.jca = jca;
        }
    }

    private final Algorithm algorithm;
    private final KeyPair pair;
    final String application;
    private int counter = 41;

    /** What is put into the signature, and signed. */
    int flags = 0x01;

    /** What is put into the signature in their place, if it is. */
    int shownFlags = -1;

    /** What is signed for in the place of the application, if it is. */
    String signedFor = "";

    SoftSecurityKey(Algorithm algorithm, String application) throws GeneralSecurityException {
        this.algorithm = algorithm;
        this.application = application;
        KeyPairGenerator generator =
                switch (algorithm) {
                    case ED25519 -> KeyPairGenerator.getInstance("Ed25519");
                    case P256 -> {
                        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
                        ec.initialize(new ECGenParameterSpec("secp256r1"));
                        yield ec;
                    }
                };
        pair = generator.generateKeyPair();
    }

    /** As in a file {@code .pub}. */
    String line() {
        return algorithm.ssh + " " + Base64.getEncoder().encodeToString(blob());
    }

    /** The same public half, as a key of no device. */
    String plainLine() {
        Wire wire = new Wire().text(algorithm.ssh.replace("sk-", "").replace("@openssh.com", ""));
        return wire.type() + " " + Base64.getEncoder().encodeToString(half(wire).bytes());
    }

    private byte[] blob() {
        return half(new Wire().text(algorithm.ssh)).text(application).bytes();
    }

    private Wire half(Wire wire) {
        byte[] spki = pair.getPublic().getEncoded();
        return switch (algorithm) {
            case ED25519 -> wire.string(Arrays.copyOfRange(spki, spki.length - 32, spki.length));
            case P256 ->
                    wire.text("nistp256")
                            .string(Arrays.copyOfRange(spki, spki.length - 65, spki.length));
        };
    }

    /** Armoured, as {@code ssh-keygen -Y sign} writes it. */
    String sign(byte[] message) throws GeneralSecurityException {
        byte[] signed =
                new Wire()
                        .raw("SSHSIG")
                        .text("overt-approval")
                        .text("")
                        .text("sha512")
                        .string(MessageDigest.getInstance("SHA-512").digest(message))
                        .bytes();
        counter++;
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        String whom = signedFor.isEmpty() ? application : signedFor;
        byte[] authenticated =
                new Wire()
                        .raw(sha256.digest(whom.getBytes(StandardCharsets.UTF_8)))
                        .octet(flags)
                        .uint32(counter)
                        .raw(sha256.digest(signed))
                        .bytes();
        Signature signer = Signature.getInstance(algorithm.jca);
        signer.initSign(pair.getPrivate());
        signer.update(authenticated);
        byte[] signature =
                new Wire()
                        .text(algorithm.ssh)
                        .string(
                                switch (algorithm) {
                                    case ED25519 -> signer.sign();
                                    case P256 -> mpints(signer.sign());
                                })
                        .octet(shownFlags < 0 ? flags : shownFlags)
                        .uint32(counter)
                        .bytes();
        return armoured(
                new Wire()
                        .raw("SSHSIG")
                        .uint32(1)
                        .string(blob())
                        .text("overt-approval")
                        .text("")
                        .text("sha512")
                        .string(signature)
                        .bytes());
    }

    static String armoured(byte[] blob) {
        return "-----BEGIN SSH SIGNATURE-----\n"
                + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(blob)
                + "\n-----END SSH SIGNATURE-----\n";
    }

    /** Of a DER sequence of two short integers. */
    private static byte[] mpints(byte[] der) {
        int first = der[3];
        int second = der[5 + first];
        return new Wire()
                .string(new BigInteger(der, 4, first).toByteArray())
                .string(new BigInteger(der, 6 + first, second).toByteArray())
                .bytes();
    }

    /** RFC 4251 §5. */
    private static final class Wire {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private String first = "";

        Wire raw(String text) {
            return raw(text.getBytes(StandardCharsets.US_ASCII));
        }

        Wire raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        Wire octet(int value) {
            out.write(value);
            return this;
        }

        Wire uint32(int value) {
            return raw(ByteBuffer.allocate(4).putInt(value).array());
        }

        Wire string(byte[] bytes) {
            return uint32(bytes.length).raw(bytes);
        }

        Wire text(String text) {
            first = first.isEmpty() ? text : first;
            return string(text.getBytes(StandardCharsets.UTF_8));
        }

        String type() {
            return first;
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}
