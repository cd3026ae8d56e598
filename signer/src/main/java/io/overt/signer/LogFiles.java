package io.overt.signer;

import io.overt.service.config.ConfigException;
import io.overt.signer.log.LogFolder;
import io.overt.signer.log.ReadersKey;
import io.overt.signer.log.TransparencyLog;
import io.overt.x509.tlog.LogCertificate;
import io.overt.x509.tlog.NoteKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What the files of the transparency log's keys say.
 *
 * @param certificate of the key that signs checkpoints
 * @param key it as verifiers have it; its name is the log's origin
 */
record LogFiles(X509Certificate certificate, NoteKey key, ReadersKey readers) {

    /**
     * Reads them.
     *
     * @param issuers whose keys sign certificates, and so nothing else
     */
    static LogFiles read(SignerConfig.LogEntry entry, List<IssuerFiles> issuers)
            throws ConfigException {
        try {
            X509Certificate certificate = certificate(entry.certificate());
            if (issuers.stream()
                    .anyMatch(
                            issuer ->
                                    issuer.ca()
                                            .certificate()
                                            .getPublicKey()
                                            .equals(certificate.getPublicKey()))) {
                throw new ConfigException(
                        entry.certificate()
                                + ": has the key of an issuing CA (expected: one of its own; overt-signer create-log-key makes it)");
            }
            return new LogFiles(certificate, key(certificate), ReadersKey.read(entry.readersKey()));
        } catch (CertificateException | IllegalArgumentException e) {
            throw new ConfigException(entry.certificate() + ": " + e.getMessage());
        } catch (IOException e) {
            throw new ConfigException("transparency-log: cannot be read: " + e);
        }
    }

    /** The key of a log, by the certificate that tells its origin. */
    static NoteKey key(X509Certificate certificate) throws CertificateException {
        return LogCertificate.key(certificate);
    }

    static X509Certificate certificate(Path pem) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(pem)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    TransparencyLog.Settings settings(SignerConfig.LogEntry entry) {
        return new TransparencyLog.Settings(
                new LogFolder(entry.folder()),
                key,
                readers,
                entry.interval(),
                entry.heartbeat(),
                entry.maxUnpublished());
    }
}
