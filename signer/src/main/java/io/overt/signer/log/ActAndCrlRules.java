package io.overt.signer.log;

import com.google.protobuf.ByteString;
import io.overt.proto.log.v1.Act;
import io.overt.proto.log.v1.Crl;
import io.overt.x509.Hashes;
import io.overt.x509.tlog.MalformedLogException;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;

/**
 * What entries of acts and CRLs have to say of each other: acts are numbered without a gap, CRLs of
 * an issuer grow in number, and each CRL that is there is signed by its issuer. Needs no readers'
 * key. Confined to one thread.
 */
final class ActAndCrlRules {

    private final Map<ByteString, Long> crlNumbers = new HashMap<>();
    private long acts;

    void act(Act act) throws MalformedLogException {
        if (act.getNumber() != acts + 1) {
            throw new MalformedLogException(
                    "act %d (expected: %d, acts have no gap)".formatted(act.getNumber(), acts + 1));
        }
        acts = act.getNumber();
        if (act.getApproversCount() == 0
                || new HashSet<>(act.getApproversList()).size() != act.getApproversCount()) {
            throw new MalformedLogException(
                    "act %d is approved by %s (expected: people, each once)"
                            .formatted(act.getNumber(), act.getApproversList()));
        }
        if (!act.getDocument().isEmpty()
                && !sha256(act.getDocument()).equals(act.getDocumentSha256())) {
            throw new MalformedLogException(
                    "act %d: the document does not have the hash that was approved"
                            .formatted(act.getNumber()));
        }
    }

    /**
     * @param issuer whose CRL it says it is
     */
    void crl(Crl crl, X509Certificate issuer)
            throws MalformedLogException, GeneralSecurityException {
        Long last = crlNumbers.put(crl.getIssuerSha256(), crl.getNumber());
        if (last != null && crl.getNumber() <= last) {
            throw new MalformedLogException(
                    "CRL number %d (expected: over %d)".formatted(crl.getNumber(), last));
        }
        if (crl.getCrl().isEmpty()) {
            return; // too long for an entry, which its hash is not
        }
        if (!sha256(crl.getCrl()).equals(crl.getCrlSha256())) {
            throw new MalformedLogException("the CRL does not have the hash beside it");
        }
        X509CRL list =
                (X509CRL)
                        CertificateFactory.getInstance("X.509")
                                .generateCRL(new ByteArrayInputStream(crl.getCrl().toByteArray()));
        list.verify(issuer.getPublicKey());
        int revoked =
                list.getRevokedCertificates() == null ? 0 : list.getRevokedCertificates().size();
        if (revoked != crl.getRevoked()
                || list.getNextUpdate().toInstant().getEpochSecond()
                        != crl.getNextUpdate().getSeconds()) {
            throw new MalformedLogException("the CRL is not what stands beside it");
        }
    }

    /** Goes on where other rules of the same log ended. */
    void resume(long acts, Map<ByteString, Long> crlNumbers) {
        this.acts = acts;
        this.crlNumbers.putAll(crlNumbers);
    }

    /** How many there were. */
    long acts() {
        return acts;
    }

    /** The last one of each issuer, by its SHA-256. */
    Map<ByteString, Long> crlNumbers() {
        return Map.copyOf(crlNumbers);
    }

    private static ByteString sha256(ByteString content) {
        return ByteString.copyFrom(Hashes.sha256(content.toByteArray()));
    }
}
