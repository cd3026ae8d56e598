package io.overt.signer;

import io.overt.service.config.ConfigException;
import io.overt.signer.issue.IssuerState;
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

    /**
     * Refuses issuers whose CRLs no client would take (RFC 5280 §4.2.1.3: a CA that signs CRLs says
     * so). A retired one makes none.
     */
    static void requireCrlSigning(List<IssuerFiles> issuers) throws ConfigException {
        List<String> problems = new ArrayList<>();
        for (IssuerFiles issuer : issuers) {
            boolean[] usage = issuer.ca().certificate().getKeyUsage();
            if (issuer.entry().state() != IssuerState.RETIRED
                    && usage != null
                    && !usage[CRL_SIGN]) {
                problems.add(
                        issuer.entry().certificate()
                                + ": key usage without cRLSign (expected: with it, where CRLs are made; take out crl and publication, or have the CA certified anew)");
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
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

    private static final int CRL_SIGN = 6;
}
