package io.overt.signer.trust;

import io.overt.signer.ca.CaDraft;
import io.overt.signer.ca.CaException;
import io.overt.signer.ca.CaNames;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;

/**
 * A root that clients may be given: its own issuer, a CA, alive, and not the one that nobody is to
 * trust.
 */
final class TrustedRoot {

    private final X509Certificate certificate;

    private TrustedRoot(X509Certificate certificate) {
        this.certificate = certificate;
    }

    /** Reads the one certificate of a file, PEM or DER. */
    static TrustedRoot read(Path file, Instant now) throws CaException {
        X509Certificate certificate = certificate(file);
        String who = "%s: '%s'".formatted(file, certificate.getSubjectX500Principal());
        switch (CaNames.trustOf(CaDraft.subject(certificate))) {
            case UNTRUSTED ->
                    throw new CaException(
                            who
                                    + " calls itself untrusted (expected: a root; clients never get this one)");
            case TRUSTED -> {}
        }
        if (certificate.getBasicConstraints() < 1) {
            throw new CaException(who + " is no root (expected: a CA with CAs below it)");
        }
        if (certificate.getNotAfter().toInstant().isBefore(now)) {
            throw new CaException(who + " is past its end");
        }
        try {
            certificate.verify(certificate.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new CaException(who + " is not its own issuer (expected: the root)", e);
        }
        return new TrustedRoot(certificate);
    }

    private static X509Certificate certificate(Path file) throws CaException {
        try {
            Collection<? extends Certificate> all =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(
                                    new ByteArrayInputStream(Files.readAllBytes(file)));
            if (all.size() != 1) {
                throw new CaException(
                        "%s: %d certificates (expected: the root alone)"
                                .formatted(file, all.size()));
            }
            return (X509Certificate) all.iterator().next();
        } catch (IOException | GeneralSecurityException e) {
            throw new CaException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }
}
