package io.overt.signer.ca;

import io.overt.signer.key.TokenSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.ProviderException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Makes the issuing CA whose leaves nobody is to trust, beside the one whose leaves are: what a
 * policy's {@code mirror-untrusted} needs. It is given to no client.
 *
 * @param organisation who inspects; stands in its subject
 * @param lifetime from now
 * @param pem where its certificate goes, as the signer's configuration names it
 */
public record UntrustedCa(String organisation, Duration lifetime, Path pem) {

    public UntrustedCa {
        // RFC 5280 appendix A.1, ub-common-name 64.
        if (organisation.isBlank() || organisation.length() > 40) {
            throw new IllegalArgumentException(
                    "organisation: '" + organisation + "' (expected: 1 to 40 characters)");
        }
    }

    /** Makes it in a token that is there. */
    public void inToken(TokenSettings token, Instant now) throws CaException {
        FirstCa.requireAbsent(pem);
        make(new TokenCaKeys(token), now);
    }

    /** Makes it in a file, for a try-out; the keys that are in it stay. */
    public void inInsecureFile(Path pkcs12, Path passwordFile, Instant now) throws CaException {
        FirstCa.requireAbsent(pem);
        make(new FileCaKeys(pkcs12, passwordFile), now);
    }

    private void make(CaKeys opened, Instant now) throws CaException {
        try (CaKeys keys = opened) {
            keys.requireAbsent(CaKeys.Role.UNTRUSTED);
            KeyPair key = keys.generate(CaKeys.Role.UNTRUSTED);
            X509Certificate certificate =
                    new CaCertificates(organisation, now).untrusted(key, keys, lifetime);
            keys.keep(CaKeys.Role.UNTRUSTED, key, List.of(certificate));
            FirstCa.write(pem, certificate);
        } catch (GeneralSecurityException | ProviderException | IOException e) {
            throw new CaException("the untrusted CA could not be made: " + e.getMessage(), e);
        }
    }
}
