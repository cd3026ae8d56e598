package io.overt.signer;

import io.overt.service.config.ConfigException;
import io.overt.x509.IssuingCa;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * What the certificate files of an issuer say.
 *
 * @param ca the issuing CA
 * @param chain what clients need beyond it, without the root
 * @param entry where it came from
 */
record IssuerFiles(IssuingCa ca, List<X509Certificate> chain, SignerConfig.IssuerEntry entry) {

    static List<IssuerFiles> read(List<SignerConfig.IssuerEntry> entries, Instant now)
            throws ConfigException {
        List<IssuerFiles> issuers = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (SignerConfig.IssuerEntry entry : entries) {
            try {
                issuers.add(read(entry, now));
            } catch (IOException e) {
                problems.add(entry.certificate() + ": cannot be read: " + e);
            } catch (CertificateException | IllegalArgumentException e) {
                problems.add(entry.certificate() + ": " + e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return issuers;
    }

    private static IssuerFiles read(SignerConfig.IssuerEntry entry, Instant now)
            throws IOException, CertificateException {
        List<X509Certificate> certificates = certificates(entry.certificate());
        X509Certificate first = certificates.getFirst();
        first.checkValidity(Date.from(now));
        if (first.getBasicConstraints() != 0) {
            throw new CertificateException(
                    "pathLen %d (expected: 0, an issuing CA makes leaves only)"
                            .formatted(first.getBasicConstraints()));
        }
        return new IssuerFiles(
                new IssuingCa(first, entry.crlUrls(), entry.caIssuersUrls(), entry.trust()),
                certificates.subList(1, certificates.size()),
                entry);
    }

    private static List<X509Certificate> certificates(Path file)
            throws IOException, CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Certificate each :
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))) {
            certificates.add((X509Certificate) each);
        }
        if (certificates.isEmpty()) {
            throw new CertificateException("no certificate (expected: PEM)");
        }
        return certificates;
    }
}
