package io.overt.testkit.pki;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DEROctetString;

/**
 * A log of certificates (RFC 6962) that gives its word for anything and keeps nothing. Immutable.
 */
public final class TestLog {
    private static final String SCT_LIST = "1.3.6.1.4.1.11129.2.4.2";

    private final String name;
    private final String operator;
    private final KeyPair keys;

    private TestLog(String name, String operator, KeyPair keys) {
        this.name = name;
        this.operator = operator;
        this.keys = keys;
    }

    /** With a fresh ECDSA P-256 key. */
    public static TestLog create(String name, String operator) {
        return new TestLog(name, operator, KeySpec.EC_P256.generate());
    }

    /** With a key of another kind. */
    public static TestLog create(String name, String operator, KeySpec key) {
        return new TestLog(name, operator, key.generate());
    }

    public String name() {
        return name;
    }

    public String operator() {
        return operator;
    }

    public PublicKey key() {
        return keys.getPublic();
    }

    /** Its entry in a log list of version 3, with a state such as {@code usable}. */
    public String json(String state, Instant since) {
        return """
               {"description":"%s","log_id":"%s","key":"%s","url":"https://log.example/","mmd":86400,\
               "state":{"%s":{"timestamp":"%s"}}}"""
                .formatted(
                        name,
                        Base64.getEncoder().encodeToString(id()),
                        Base64.getEncoder().encodeToString(key().getEncoded()),
                        state,
                        since);
    }

    /** The SCT for a certificate that is to be issued as {@code precertificate} is, and a list. */
    public byte[] sctBefore(X509Certificate precertificate, X509Certificate issuer, Instant at) {
        return sct(
                at,
                out -> {
                    out.writeShort(1 /* precert_entry */);
                    out.write(sha256(issuer.getPublicKey().getEncoded()));
                    vector24(out, precertificate.getTBSCertificate());
                });
    }

    /** The SCT for a certificate that there is. */
    public byte[] sctOf(X509Certificate certificate, Instant at) {
        return sct(
                at,
                out -> {
                    out.writeShort(0 /* x509_entry */);
                    vector24(out, certificate.getEncoded());
                });
    }

    /** A SignedCertificateTimestampList. */
    public static byte[] list(List<byte[]> scts) {
        return written(
                out -> {
                    out.writeShort(scts.stream().mapToInt(sct -> sct.length + 2).sum());
                    for (byte[] sct : scts) {
                        out.writeShort(sct.length);
                        out.write(sct);
                    }
                });
    }

    /**
     * Issues a certificate with SCTs in it.
     *
     * @param scts makes them for the certificate as it is without
     */
    public static TestIdentity issue(
            TestAuthority issuer,
            CertificateSpec spec,
            Function<X509Certificate, List<byte[]>> scts) {
        KeyPair keys = spec.keyPair.orElseGet(spec.key::generate);
        TestIdentity bare = issuer.issue(spec.key(keys));
        List<byte[]> list = scts.apply(bare.certificate());
        return issuer.issue(
                spec.serial(bare.certificate().getSerialNumber())
                        .extension(SCT_LIST, false, listOf(list)));
    }

    /** Issues one that each of these logs has given its word for, at that time. */
    public static TestIdentity issue(
            TestAuthority issuer, CertificateSpec spec, Instant at, TestLog... logs) {
        return issue(
                issuer,
                spec,
                precertificate -> {
                    List<byte[]> scts = new ArrayList<>();
                    for (TestLog log : logs) {
                        scts.add(log.sctBefore(precertificate, issuer.certificate(), at));
                    }
                    return scts;
                });
    }

    /** A list as certificates and OCSP responses hold it. */
    static ASN1Encodable listOf(List<byte[]> scts) {
        return new DEROctetString(list(scts));
    }

    private byte[] sct(Instant at, Content entry) {
        boolean ec = key().getAlgorithm().equals("EC");
        byte[] message =
                written(
                        out -> {
                            out.writeShort(0 /* v1, certificate_timestamp */);
                            out.writeLong(at.toEpochMilli());
                            entry.write(out);
                            out.writeShort(0 /* no extensions */);
                        });
        byte[] signature = sign(ec ? "SHA256withECDSA" : "SHA256withRSA", message);
        return written(
                out -> {
                    out.writeByte(0 /* v1 */);
                    out.write(id());
                    out.writeLong(at.toEpochMilli());
                    out.writeShort(0 /* no extensions */);
                    out.writeShort(ec ? 0x0403 : 0x0401);
                    out.writeShort(signature.length);
                    out.write(signature);
                });
    }

    private byte[] sign(String algorithm, byte[] message) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(keys.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing with " + algorithm, e);
        }
    }

    private byte[] id() {
        return sha256(key().getEncoded());
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks SHA-256", e);
        }
    }

    private interface Content {
        void write(DataOutputStream out) throws IOException, CertificateEncodingException;
    }

    private static void vector24(DataOutputStream out, byte[] value) throws IOException {
        out.writeByte(value.length >> 16);
        out.writeShort(value.length & 0xffff);
        out.write(value);
    }

    private static byte[] written(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            content.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate without an encoding", e);
        }
        return bytes.toByteArray();
    }
}
