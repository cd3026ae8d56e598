package io.overt.signer.ca;

import io.overt.signer.key.TokenSettings;
import io.overt.x509.tlog.NoteKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Makes the key that signs the transparency log's checkpoints, beside the CA's and other than
 * these: what it signed says nothing to a TLS client. Its certificate is how a token is told which
 * key is meant (a provider finds none without), and how verifiers are told origin and key; it is
 * nobody's CA.
 *
 * @param origin of the log; without one, a name made of the key, which is like no other
 * @param pem where the certificate goes, as the signer's configuration names it
 */
public record LogKey(Optional<String> origin, Path pem) {

    public LogKey {
        // RFC 5280 appendix A.1, ub-common-name 64; no space and no plus: C2SP signed-note.
        origin.filter(text -> !text.matches("[!-*,-~]{1,64}"))
                .ifPresent(
                        text -> {
                            throw new IllegalArgumentException(
                                    "origin: '%s' (expected: 1 to 64 ASCII characters without space and plus)"
                                            .formatted(text));
                        });
    }

    /** Makes it in a token that is there; answers how verifiers are told it. */
    public NoteKey inToken(TokenSettings token, Instant now) throws CaException {
        FirstCa.requireAbsent(pem);
        return make(new TokenCaKeys(token), now);
    }

    /** Makes it in a file, for a try-out; the keys that are in it stay. */
    public NoteKey inInsecureFile(Path pkcs12, Path passwordFile, Instant now) throws CaException {
        FirstCa.requireAbsent(pem);
        return make(new FileCaKeys(pkcs12, passwordFile), now);
    }

    private NoteKey make(CaKeys opened, Instant now) throws CaException {
        try (CaKeys keys = opened) {
            keys.requireAbsent(CaKeys.Role.LOG);
            KeyPair key = keys.generate(CaKeys.Role.LOG);
            String name = origin.isPresent() ? origin.get() : origin(key.getPublic());
            X509Certificate certificate = new CaCertificates(name, now).log(key, keys);
            keys.keep(CaKeys.Role.LOG, key, List.of(certificate));
            FirstCa.write(pem, certificate);
            return NoteKey.of(name, NoteKey.Kind.ECDSA, certificate.getPublicKey());
        } catch (GeneralSecurityException | ProviderException | IOException e) {
            throw new CaException("the log's key could not be made: " + e.getMessage(), e);
        }
    }

    private static String origin(PublicKey key) throws GeneralSecurityException {
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
        return "overt-log/" + HexFormat.of().formatHex(sha256, 0, 8);
    }
}
