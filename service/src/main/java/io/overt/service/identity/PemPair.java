package io.overt.service.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A certificate and its key, read from two files of PEM, and known to belong together. Immutable.
 *
 * @param chain the certificate, then intermediates
 * @param privateKey EC or RSA
 */
public record PemPair(List<X509Certificate> chain, PrivateKey privateKey) {

    /**
     * Of what the files hold.
     *
     * @throws FleetIdentityException when one is not what it should be, or they do not fit; its
     *     message names the file
     */
    public static PemPair of(Path chainFile, byte[] chainPem, Path keyFile, byte[] keyPem)
            throws FleetIdentityException {
        var chain = certificates(chainFile, chainPem);
        var key = privateKey(keyFile, keyPem, chain.getFirst().getPublicKey());
        if (!belongTogether(key, chain.getFirst().getPublicKey())) {
            throw new FleetIdentityException(
                    keyFile + ": is not the key of the certificate in " + chainFile);
        }
        return new PemPair(chain, key);
    }

    /**
     * The certificates of a file, at least one.
     *
     * @throws FleetIdentityException when there is none
     */
    public static List<X509Certificate> certificates(Path file, byte[] pem)
            throws FleetIdentityException {
        try {
            var certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(pem))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (certificates.isEmpty()) {
                throw new FleetIdentityException(file + ": no certificate in it (expected: PEM)");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new FleetIdentityException(file + ": not PEM certificates: " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(Path file, byte[] pem, PublicKey counterpart)
            throws FleetIdentityException {
        var match = PKCS8_PEM.matcher(new String(pem, StandardCharsets.ISO_8859_1));
        if (!match.find()) {
            throw new FleetIdentityException(
                    file + ": no PKCS#8 private key in it (expected: -----BEGIN PRIVATE KEY-----)");
        }
        try {
            var der = Base64.getMimeDecoder().decode(match.group(1));
            return KeyFactory.getInstance(counterpart.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new FleetIdentityException(
                    file
                            + ": not a private key of the certificate's kind, "
                            + counterpart.getAlgorithm(),
                    e);
        }
    }

    private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey)
            throws FleetIdentityException {
        try {
            var algorithm =
                    switch (publicKey.getAlgorithm()) {
                        case "EC" -> "SHA256withECDSA";
                        case "RSA" -> "SHA256withRSA";
                        default ->
                                throw new FleetIdentityException(
                                        "a key of kind "
                                                + publicKey.getAlgorithm()
                                                + " (expected: EC or RSA)");
                    };
            var canary = "overt".getBytes(StandardCharsets.UTF_8);
            var signer = Signature.getInstance(algorithm);
            signer.initSign(privateKey);
            signer.update(canary);
            var verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey);
            verifier.update(canary);
            return verifier.verify(signer.sign());
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /**
     * A file's bytes.
     *
     * @throws FleetIdentityException when it cannot be read
     */
    public static byte[] bytes(Path file) throws FleetIdentityException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new FleetIdentityException(file + ": no such file", e);
        } catch (IOException e) {
            throw new FleetIdentityException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static final Pattern PKCS8_PEM =
            Pattern.compile(
                    "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
}
