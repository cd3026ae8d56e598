package io.overt.x509;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** DER of a TBSCertificate: what a certificate's signature covers. Equal when each byte is. */
public final class TbsCertificateDer {
    private final byte[] der;
    private final TbsFields fields;

    private TbsCertificateDer(byte[] der, TbsFields fields) {
        this.der = der;
        this.fields = fields;
    }

    /**
     * Reads bytes received from elsewhere, strictly.
     *
     * @throws CertificateException if they are too large, or not the distinguished encoding of a
     *     TBSCertificate; the message says what, where and what was expected
     */
    public static TbsCertificateDer parse(byte[] der) throws CertificateException {
        if (der.length > PresentedChain.MAX_CERTIFICATE_BYTES) {
            throw new MalformedDerException(
                    "TBSCertificate: "
                            + der.length
                            + " bytes (expected: at most "
                            + PresentedChain.MAX_CERTIFICATE_BYTES
                            + ")");
        }
        byte[] copy = der.clone();
        return new TbsCertificateDer(copy, TbsFields.of(DerElement.parse(copy)));
    }

    /** What {@code certificate}'s signature covers. */
    public static TbsCertificateDer of(X509Certificate certificate) throws CertificateException {
        return parse(certificate.getTBSCertificate());
    }

    /** The bytes to sign. */
    public byte[] der() {
        return der.clone();
    }

    /**
     * The first field in which {@code other} differs, by its name in RFC 5280: {@code subject},
     * {@code validity notAfter}, {@code extension subjectAltName}; an extension without a name
     * there by its number; {@code extensions} where only their order differs. Empty if the two are
     * equal.
     *
     * <p>The serial number comes last, since it is a digest over all the rest: where anything else
     * differs, it differs too and says nothing.
     */
    public Optional<String> firstDifference(TbsCertificateDer other) {
        if (equals(other)) {
            return Optional.empty();
        }
        return Optional.of(TbsComparison.firstDifference(fields, other.fields));
    }

    /** The serial number; of a TBS of ours it names the certificate below its issuer. */
    public BigInteger serialNumber() {
        return new BigInteger(fields.serialNumber().content());
    }

    /** SHA-256 of the bytes, for an index of what has been signed. */
    public byte[] sha256() {
        return Hashes.sha256(der);
    }

    /**
     * The certificate that these bytes and a signature over them make. Whether the signature
     * verifies is the caller's to check.
     *
     * @param signatureValue as {@code java.security.Signature} returns it
     */
    public X509Certificate assemble(byte[] signatureValue) {
        try {
            return read(signatureValue);
        } catch (CertificateException e) {
            throw new IllegalStateException("assembling " + this + ": " + e.getMessage(), e);
        }
    }

    /**
     * Why {@link #assemble} would fail whatever the signature; empty if it would not. For whoever
     * wants to know before there is a signature.
     */
    public Optional<String> unreadable() {
        try {
            var _ = read(new byte[] {0});
            return Optional.empty();
        } catch (CertificateException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private X509Certificate read(byte[] signatureValue) throws CertificateException {
        byte[] certificate =
                Der.sequence(der, fields.signature().encoded(), Der.bitString(signatureValue));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(certificate));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TbsCertificateDer that && Arrays.equals(der, that.der);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(der);
    }

    @Override
    public String toString() {
        return "TbsCertificateDer[" + HexFormat.of().formatHex(sha256()) + "]";
    }
}
