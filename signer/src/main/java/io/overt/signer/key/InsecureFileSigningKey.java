package io.overt.signer.key;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An issuing key in a PKCS#12 file: whoever reads the file once can forge for good. For a try-out
 * where no token is to be had, and never elsewhere; says so in the log each time it is opened.
 *
 * <p>Thread-safe; signs on the caller's thread.
 */
public final class InsecureFileSigningKey implements SigningKey {

    private final PublicKey publicKey;
    private final PrivateKey privateKey;
    private final SignatureScheme scheme;

    private InsecureFileSigningKey(
            PublicKey publicKey, PrivateKey privateKey, SignatureScheme scheme) {
        this.publicKey = publicKey;
        this.privateKey = privateKey;
        this.scheme = scheme;
    }

    /**
     * Reads the key.
     *
     * @param pkcs12 the file
     * @param passwordFile its password in the first line
     * @param wanted the public half of the issuing key
     * @throws SigningKeyException when the file does not hold exactly that key, or does not open
     */
    public static InsecureFileSigningKey open(Path pkcs12, Path passwordFile, PublicKey wanted)
            throws SigningKeyException {
        SignatureScheme scheme = SignatureScheme.of(wanted);
        char[] password = SecretFile.firstLine(passwordFile, "the password of " + pkcs12);
        try (InputStream in = Files.newInputStream(pkcs12)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, password);
            List<PrivateKey> found = new ArrayList<>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.getCertificate(alias) instanceof X509Certificate certificate
                        && certificate.getPublicKey().equals(wanted)
                        && store.getKey(alias, password) instanceof PrivateKey key) {
                    found.add(key);
                }
            }
            if (found.size() != 1) {
                throw new SigningKeyException(
                        SigningKeyException.Kind.KEY,
                        "%s: %d keys whose certificate has the issuing key (expected: 1)"
                                .formatted(pkcs12, found.size()));
            }
            LOG.atWarn()
                    .addKeyValue("file", pkcs12)
                    .log(
                            "INSECURE: the issuing key is in a file. Whoever copies it can impersonate every"
                                    + " site to every client that trusts this CA. Use a token.");
            return new InsecureFileSigningKey(wanted, found.getFirst(), scheme);
        } catch (IOException e) {
            throw new SigningKeyException(
                    e.getCause() instanceof UnrecoverableKeyException
                            ? SigningKeyException.Kind.PIN
                            : SigningKeyException.Kind.KEY,
                    pkcs12 + ": cannot be opened (expected: PKCS#12): " + e.getMessage(),
                    e);
        } catch (GeneralSecurityException e) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.KEY, pkcs12 + ": " + e.getMessage(), e);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    @Override
    public PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public Signing sign(byte[] content) {
        try {
            Signature signature = Signature.getInstance(scheme.algorithm());
            signature.initSign(privateKey);
            return new Signing.Signed(scheme.sign(signature, content));
        } catch (InvalidKeyException e) {
            return new Signing.NotSigned(Signing.Reason.FAILED, String.valueOf(e.getMessage()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK does not sign " + scheme.algorithm(), e);
        }
    }

    @Override
    public Optional<Signing.NotSigned> canary() {
        byte[] canary = Canary.content();
        return switch (sign(canary)) {
            case Signing.NotSigned not -> Optional.of(not);
            case Signing.Signed(byte[] signature) ->
                    scheme.verifies(publicKey, canary, signature)
                            ? Optional.empty()
                            : Optional.of(
                                    new Signing.NotSigned(
                                            Signing.Reason.FAILED,
                                            "the canary does not verify: the certificate in the file is not of its key"));
        };
    }

    @Override
    public KeyState state() {
        return KeyState.UP;
    }

    private static final Logger LOG = LoggerFactory.getLogger(InsecureFileSigningKey.class);
}
