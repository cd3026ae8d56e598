package io.overt.signer.crl;

import io.overt.x509.Hashes;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;

/** A CRL that anybody may have: signed, verified, and in the log. Immutable. */
public final class PublishedCrl {

    /**
     * By how much {@code thisUpdate} is before the signature: clients with a slow clock take it.
     */
    static final Duration BACKDATED = Duration.ofMinutes(10);

    private static final String CRL_NUMBER = "2.5.29.20"; // RFC 5280 §5.2.3

    private final byte[] der;
    private final X509CRL crl;
    private final long number;

    private PublishedCrl(byte[] der, X509CRL crl, long number) {
        this.der = der;
        this.crl = crl;
        this.number = number;
    }

    /**
     * Reads one of ours.
     *
     * @throws CRLException when it is none
     */
    static PublishedCrl of(byte[] der) throws CRLException {
        try {
            X509CRL crl =
                    (X509CRL)
                            CertificateFactory.getInstance("X.509")
                                    .generateCRL(new ByteArrayInputStream(der));
            byte[] extension = crl.getExtensionValue(CRL_NUMBER);
            if (extension == null || crl.getNextUpdate() == null) {
                throw new CRLException("no CRL number or no nextUpdate (expected: both)");
            }
            return new PublishedCrl(
                    der.clone(),
                    crl,
                    ASN1Integer.getInstance(ASN1OctetString.getInstance(extension).getOctets())
                            .longValueExact());
        } catch (CertificateException | ArithmeticException e) {
            throw new CRLException(e);
        }
    }

    /** DER; a copy. */
    public byte[] der() {
        return der.clone();
    }

    /** Its CRL number. */
    public long number() {
        return number;
    }

    /** When it was signed. */
    public Instant issued() {
        return crl.getThisUpdate().toInstant().plus(BACKDATED);
    }

    /** Until when clients take it. */
    public Instant nextUpdate() {
        return crl.getNextUpdate().toInstant();
    }

    /** The serial numbers in it. */
    Set<BigInteger> serials() {
        Set<BigInteger> serials = new HashSet<>();
        Set<? extends X509CRLEntry> entries = crl.getRevokedCertificates();
        if (entries != null) {
            entries.forEach(entry -> serials.add(entry.getSerialNumber()));
        }
        return serials;
    }

    X509CRL crl() {
        return crl;
    }

    byte[] sha256() {
        return Hashes.sha256(der);
    }
}
