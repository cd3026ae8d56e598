package io.overt.x509.transparency;

import io.overt.x509.PrecertificateTbs;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;

/**
 * What a log put on record, as far as its promise covers it: the part of the signed struct of RFC
 * 6962 §3.2 from {@code entry_type} up to the extensions.
 */
final class Entry {
    private static final int X509_ENTRY = 0;
    private static final int PRECERT_ENTRY = 1;
    private static final int SHA256_RSA = 0x0401;
    private static final int SHA256_ECDSA = 0x0403;

    private final byte[] signed;

    private Entry(byte[] signed) {
        this.signed = signed;
    }

    /** The certificate before it was issued, and the key that was to issue it. */
    static Entry of(PrecertificateTbs tbs, X509Certificate issuer) throws GeneralSecurityException {
        byte[] issuerKeyHash =
                MessageDigest.getInstance("SHA-256").digest(issuer.getPublicKey().getEncoded());
        return new Entry(
                written(
                        out -> {
                            out.writeShort(PRECERT_ENTRY);
                            out.write(issuerKeyHash);
                            vector24(out, tbs.der());
                        }));
    }

    /** The certificate itself. */
    static Entry of(X509Certificate certificate) throws CertificateEncodingException {
        byte[] der = certificate.getEncoded();
        return new Entry(
                written(
                        out -> {
                            out.writeShort(X509_ENTRY);
                            vector24(out, der);
                        }));
    }

    /** Whether {@code sct} is about this entry, and by {@code log}. */
    boolean isSignedBy(CertificateLog log, Sct sct) {
        PublicKey key = log.key();
        boolean ec = key instanceof ECPublicKey;
        if (sct.algorithms() != (ec ? SHA256_ECDSA : SHA256_RSA)) {
            return false;
        }
        byte[] message =
                written(
                        out -> {
                            out.writeByte(0 /* v1 */);
                            out.writeByte(0 /* certificate_timestamp */);
                            out.writeLong(sct.at().toEpochMilli());
                            out.write(signed);
                            out.writeShort(sct.extensions().length);
                            out.write(sct.extensions());
                        });
        try {
            Signature maths = Signature.getInstance(ec ? "SHA256withECDSA" : "SHA256withRSA");
            maths.initVerify(key);
            maths.update(message);
            return maths.verify(sct.signature());
        } catch (GeneralSecurityException _) {
            return false; // A signature that cannot be read is by nobody.
        }
    }

    private interface Content {
        void write(DataOutputStream out) throws IOException;
    }

    private static byte[] written(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            content.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    /** A vector of up to 2^24-1 bytes; certificates are far smaller. */
    private static void vector24(DataOutputStream out, byte[] value) throws IOException {
        out.writeByte(value.length >> 16);
        out.writeShort(value.length);
        out.write(value);
    }
}
