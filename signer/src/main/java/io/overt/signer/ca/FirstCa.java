package io.overt.signer.ca;

import io.overt.signer.key.TokenSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.ProviderException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Makes the first CA of an installation: a root and one issuing CA below it. For trying out and
 * small installations; where two people must agree and the root is offline, a ceremony takes its
 * place.
 *
 * @param organisation who inspects; stands in both subjects
 * @param rootLifetime from now
 * @param issuingLifetime from now
 * @param rootPem where the root's certificate goes, to be given to clients
 * @param issuingPem where the issuing CA's certificate goes, as the signer's configuration names it
 */
public record FirstCa(
        String organisation,
        Duration rootLifetime,
        Duration issuingLifetime,
        Path rootPem,
        Path issuingPem) {

    public FirstCa {
        // RFC 5280 appendix A.1, ub-common-name 64: the longest name made of it.
        if (organisation.isBlank() || organisation.length() > 40) {
            throw new IllegalArgumentException(
                    "organisation: '" + organisation + "' (expected: 1 to 40 characters)");
        }
        if (issuingLifetime.compareTo(rootLifetime) > 0) {
            throw new IllegalArgumentException(
                    "the issuing CA would outlive its root: %s (expected: at most %s)"
                            .formatted(issuingLifetime, rootLifetime));
        }
    }

    /** Makes it in a token. */
    public void inToken(TokenSettings token, Instant now) throws CaException {
        requireOutputsAbsent();
        make(new TokenCaKeys(token), now);
    }

    /** Makes it in a file, for a try-out. */
    public void inInsecureFile(Path pkcs12, Path passwordFile, Instant now) throws CaException {
        requireOutputsAbsent();
        make(new FileCaKeys(pkcs12, passwordFile), now);
    }

    private void make(CaKeys opened, Instant now) throws CaException {
        try (CaKeys keys = opened) {
            keys.requireAbsent(CaKeys.Role.ROOT);
            keys.requireAbsent(CaKeys.Role.ISSUING);
            CaCertificates certificates = new CaCertificates(organisation, now);
            KeyPair rootKey = keys.generate(CaKeys.Role.ROOT);
            X509Certificate root = certificates.root(rootKey, keys, rootLifetime);
            KeyPair issuingKey = keys.generate(CaKeys.Role.ISSUING);
            X509Certificate issuing =
                    certificates.issuing(
                            issuingKey.getPublic(), root, rootKey, keys, issuingLifetime);
            keys.keep(CaKeys.Role.ROOT, rootKey, List.of(root));
            keys.keep(CaKeys.Role.ISSUING, issuingKey, List.of(issuing, root));
            write(rootPem, root);
            write(issuingPem, issuing);
        } catch (GeneralSecurityException | ProviderException | IOException e) {
            throw new CaException("the CA could not be made: " + e.getMessage(), e);
        }
    }

    private void requireOutputsAbsent() throws CaException {
        requireAbsent(rootPem, issuingPem);
    }

    static void requireAbsent(Path... outputs) throws CaException {
        for (Path output : outputs) {
            if (Files.exists(output)) {
                throw new CaException(output + ": is there already, and is not overwritten");
            }
        }
    }

    static void write(Path file, X509Certificate certificate)
            throws CaException, IOException, CertificateEncodingException {
        Pem.writeNew(file, Pem.of(certificate));
    }
}
