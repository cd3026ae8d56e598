package io.overt.x509.revocation;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** How OCSP names a certificate (RFC 6960 §4.1.1). */
final class CertId {
    /**
     * The hashes name things here and guard nothing, so SHA-1, which all responders know, will do.
     */
    private static final Map<String, String> HASHES =
            Map.of("1.3.14.3.2.26", "SHA-1", "2.16.840.1.101.3.4.2.1", "SHA-256");

    /** By SHA-1, as RFC 5019 §2.1.1 wants it in requests. */
    static CertID forRequest(IssuedCertificate about) {
        return new CertID(
                new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1, DERNull.INSTANCE),
                new DEROctetString(hash("SHA-1", issuerName(about))),
                new DEROctetString(hash("SHA-1", issuerKey(about))),
                new ASN1Integer(about.certificate().getSerialNumber()));
    }

    static boolean names(CertID id, IssuedCertificate about) {
        Optional<String> hash =
                Optional.ofNullable(HASHES.get(id.getHashAlgorithm().getAlgorithm().getId()));
        return hash.isPresent()
                && id.getSerialNumber().hasValue(about.certificate().getSerialNumber())
                && Arrays.equals(
                        id.getIssuerNameHash().getOctets(), hash(hash.get(), issuerName(about)))
                && Arrays.equals(
                        id.getIssuerKeyHash().getOctets(), hash(hash.get(), issuerKey(about)));
    }

    /** SHA-1 of a key's bits without tag, length and padding, as responders name themselves. */
    static byte[] keyHash(PublicKey key) {
        return hash("SHA-1", bits(key));
    }

    private static byte[] issuerName(IssuedCertificate about) {
        return about.certificate().getIssuerX500Principal().getEncoded();
    }

    private static byte[] issuerKey(IssuedCertificate about) {
        return bits(about.issuer().getPublicKey());
    }

    private static byte[] bits(PublicKey key) {
        return SubjectPublicKeyInfo.getInstance(key.getEncoded()).getPublicKeyData().getBytes();
    }

    private static byte[] hash(String algorithm, byte[] input) {
        try {
            return MessageDigest.getInstance(algorithm).digest(input);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks " + algorithm, e);
        }
    }

    private CertId() {}
}
