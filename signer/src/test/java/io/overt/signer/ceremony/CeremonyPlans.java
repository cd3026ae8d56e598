package io.overt.signer.ceremony;

import io.overt.signer.key.TokenSettings;
import io.overt.x509.CertificateFingerprint;
import java.security.cert.X509Certificate;

/**
 * Plans as people write them.
 *
 * @param unique in every label, since tests share the token
 */
public record CeremonyPlans(TokenSettings token, String unique) {

    public String root(String word) {
        return """
        act: root
        title: Root
        %skey: { label: root-%s }
        certificate:
          subject: O=Example Corp, CN=Example TLS %s Root
          not-before: 2026-01-01T00:00:00Z
          not-after: 2046-01-01T00:00:00Z
          path-length: 2
        outputs: { certificate: root.pem, transcript: root.transcript }
        """
                .formatted(tokenSection(), unique, word);
    }

    public String untrusted(String subject) {
        return """
        act: untrusted-ca
        title: Untrusted
        %skey: { label: untrusted-%s, kind: ec-p384 }
        certificate: { subject: "%s", not-before: 2026-01-01T00:00:00Z, not-after: 2046-01-01T00:00:00Z }
        outputs: { certificate: untrusted.pem, transcript: untrusted.transcript }
        """
                .formatted(tokenSection(), unique, subject);
    }

    public String request(String label, String subject) {
        return """
        act: issuing-request
        title: Request
        %skey: { label: %s-%s }
        subject: "%s"
        outputs: { request: issuing.csr, transcript: request.transcript }
        """
                .formatted(tokenSection(), label, unique, subject);
    }

    public String issuingBody(String more, String key) {
        return """
        title: Issuing
        %sissuer: { certificate: root.pem }
        request: { file: issuing.csr, public-key-sha256: %s }
        certificate:
          subject: "O=Example Corp, CN=Example TLS Inspection CA"
          not-before: 2026-01-01T00:00:00Z
          not-after: 2040-01-01T00:00:00Z
        %soutputs: { certificate: issuing.pem, transcript: issuing.transcript }
        """
                .formatted(tokenSection(), key, more);
    }

    public String importing(String file, X509Certificate agreedTo) {
        return """
        act: import-certificate
        title: Import
        %skey: { label: issuing-%s }
        certificate: { file: %s, sha256: %s }
        issuer: { root: root.pem }
        outputs: { certificate: imported.pem, transcript: import.transcript }
        """
                .formatted(tokenSection(), unique, file, CertificateFingerprint.of(agreedTo).hex());
    }

    public String tokenSection() {
        return "token: { module: %s, label: %s, pin-file: %s }\n"
                .formatted(token.module(), token.label(), token.pinFile());
    }
}
