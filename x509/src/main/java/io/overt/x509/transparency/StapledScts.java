package io.overt.x509.transparency;

import io.overt.x509.revocation.OcspCheck;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ocsp.BasicOCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.SingleResponse;
import org.bouncycastle.asn1.x509.Extension;

/**
 * The promises in an OCSP response (RFC 6962 §3.3). Whether the response may be believed does not
 * matter: each promise is signed by its log, and names the certificate by what it signs.
 */
final class StapledScts {
    private static final ASN1ObjectIdentifier SCT_LIST =
            new ASN1ObjectIdentifier("1.3.6.1.4.1.11129.2.4.5");

    /** Answers of one response that are looked at; real ones have one. */
    private static final int MOST_ANSWERS = 4;

    /** None of a response that cannot be read. */
    static List<Sct> of(byte[] response) {
        if (response.length > OcspCheck.MAX_BYTES) {
            return List.of();
        }
        try {
            List<Sct> promises = new ArrayList<>();
            var bytes = OCSPResponse.getInstance(response).getResponseBytes();
            if (bytes == null) {
                return List.of();
            }
            var answers =
                    BasicOCSPResponse.getInstance(bytes.getResponse().getOctets())
                            .getTbsResponseData()
                            .getResponses();
            for (int i = 0; i < Math.min(answers.size(), MOST_ANSWERS); i++) {
                var extensions =
                        SingleResponse.getInstance(answers.getObjectAt(i)).getSingleExtensions();
                Extension list = extensions == null ? null : extensions.getExtension(SCT_LIST);
                if (list != null) {
                    promises.addAll(
                            Sct.list(
                                    ASN1OctetString.getInstance(list.getExtnValue().getOctets())
                                            .getOctets()));
                }
            }
            return promises;
        } catch (RuntimeException _) {
            // BouncyCastle refuses what it cannot read by all kinds of exceptions.
            return List.of();
        }
    }

    private StapledScts() {}
}
