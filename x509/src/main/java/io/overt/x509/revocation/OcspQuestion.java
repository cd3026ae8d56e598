package io.overt.x509.revocation;

import java.io.IOException;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.ocsp.OCSPRequest;
import org.bouncycastle.asn1.ocsp.Request;
import org.bouncycastle.asn1.ocsp.TBSRequest;
import org.bouncycastle.asn1.x509.Extensions;

/**
 * An OCSP request for one certificate, by the lightweight profile (RFC 5019 §2.1): no nonce, so
 * that responders and caches on the way can answer all alike, and no signature.
 */
public final class OcspQuestion {
    /** DER of the request; the same for the same certificate, always. */
    public static byte[] der(IssuedCertificate about) {
        var request = new Request(CertId.forRequest(about), null);
        try {
            return new OCSPRequest(
                            new TBSRequest(null, new DERSequence(request), (Extensions) null), null)
                    .getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException("encoding an OCSP request", e);
        }
    }

    private OcspQuestion() {}
}
