package io.overt.x509.revocation;

import io.overt.x509.revocation.RevocationAnswer.Why;
import java.io.ByteArrayInputStream;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ocsp.BasicOCSPResponse;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.x509.Certificate;

/** Whether whoever signed an OCSP response may speak for the issuer (RFC 6960 §4.2.2.2). */
final class ResponderCheck {
    private static final String OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
    private static final String OCSP_NOCHECK = "1.3.6.1.5.5.7.48.1.5";
    private static final Set<String> UNDERSTOOD =
            Set.of("2.5.29.15", "2.5.29.19", "2.5.29.37", OCSP_NOCHECK);
    private static final int DIGITAL_SIGNATURE = 0;

    /** Responders send one, some with its issuer's; more cost time for nothing. */
    private static final int MAX_CERTIFICATES = 4;

    /**
     * Returns if the issuer, or a responder with its authority, signed {@code response}.
     *
     * @param signed its tbsResponseData as it was sent
     */
    static void check(
            BasicOCSPResponse response, byte[] signed, IssuedCertificate about, Instant at)
            throws UnusableException {
        ResponderID id = response.getTbsResponseData().getResponderID();
        PublicKey key =
                isNamed(id, about.issuer())
                        ? about.issuer().getPublicKey()
                        : delegate(response, id, about, at).getPublicKey();
        Signatures.check(
                response.getSignatureAlgorithm(), signed, response.getSignature().getOctets(), key);
    }

    private static X509Certificate delegate(
            BasicOCSPResponse response, ResponderID id, IssuedCertificate about, Instant at)
            throws UnusableException {
        UnusableException last =
                new UnusableException(
                        Why.NOT_AUTHORIZED, "response by neither the issuer nor a responder shown");
        for (X509Certificate candidate : certificates(response)) {
            if (!isNamed(id, candidate)) {
                continue;
            }
            try {
                mayAnswer(candidate, about.issuer(), at);
                return candidate;
            } catch (UnusableException e) {
                last = e;
            }
        }
        throw last;
    }

    private static void mayAnswer(X509Certificate responder, X509Certificate issuer, Instant at)
            throws UnusableException {
        try {
            List<String> purposes = responder.getExtendedKeyUsage();
            // RFC 6960 §4.2.2.2: by this very purpose; "any" is not enough.
            if (purposes == null || !purposes.contains(OCSP_SIGNING)) {
                throw notAuthorized("no extKeyUsage OCSPSigning");
            }
            if (!responder.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
                throw notAuthorized("of another issuer than the certificate");
            }
            Signatures.check(
                    Certificate.getInstance(responder.getEncoded()).getSignatureAlgorithm(),
                    responder.getTBSCertificate(),
                    responder.getSignature(),
                    issuer.getPublicKey());
        } catch (CertificateException e) {
            throw UnusableException.malformed("responder's certificate: " + e.getMessage());
        }
        if (at.isBefore(responder.getNotBefore().toInstant())
                || !at.isBefore(responder.getNotAfter().toInstant().plusSeconds(1))) {
            throw notAuthorized(
                    "valid from "
                            + responder.getNotBefore().toInstant()
                            + " to "
                            + responder.getNotAfter().toInstant()
                            + ", not at "
                            + at);
        }
        boolean[] keyUsage = responder.getKeyUsage();
        if (keyUsage != null && !keyUsage[DIGITAL_SIGNATURE]) {
            throw notAuthorized("keyUsage (expected: digitalSignature)");
        }
        Set<String> critical = responder.getCriticalExtensionOIDs();
        if (critical != null && !UNDERSTOOD.containsAll(critical)) {
            throw notAuthorized("critical extensions " + critical);
        }
        // RFC 6960 §4.2.2.2.1: without it the responder's own revocation would have to be checked
        // first. Baseline Requirements §4.9.9: it is there.
        if (responder.getExtensionValue(OCSP_NOCHECK) == null) {
            throw notAuthorized("no id-pkix-ocsp-nocheck");
        }
    }

    private static UnusableException notAuthorized(String detail) {
        return new UnusableException(Why.NOT_AUTHORIZED, "responder's certificate: " + detail);
    }

    private static boolean isNamed(ResponderID id, X509Certificate certificate)
            throws UnusableException {
        if (id.getKeyHash() != null) {
            return Arrays.equals(id.getKeyHash(), CertId.keyHash(certificate.getPublicKey()));
        }
        return new X500Principal(OcspCheck.encoded(id.getName()))
                .equals(certificate.getSubjectX500Principal());
    }

    private static List<X509Certificate> certificates(BasicOCSPResponse response)
            throws UnusableException {
        ASN1Sequence shown = response.getCerts();
        List<X509Certificate> certificates = new ArrayList<>();
        if (shown == null) {
            return certificates;
        }
        if (shown.size() > MAX_CERTIFICATES) {
            throw new UnusableException(
                    Why.TOO_LARGE, "response with " + shown.size() + " certificates");
        }
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (var each : shown) {
                certificates.add(
                        (X509Certificate)
                                factory.generateCertificate(
                                        new ByteArrayInputStream(
                                                OcspCheck.encoded(each.toASN1Primitive()))));
            }
        } catch (CertificateException e) {
            throw UnusableException.malformed("responder's certificate: " + e.getMessage());
        }
        return certificates;
    }

    private ResponderCheck() {}
}
