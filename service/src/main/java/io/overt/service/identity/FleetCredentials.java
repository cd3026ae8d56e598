package io.overt.service.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One reading of the three files, whole and consistent: the key belongs to the certificate, the
 * certificate names an identity. A half-written set of files never becomes one of these. Immutable.
 */
record FleetCredentials(
        List<X509Certificate> chain,
        PrivateKey privateKey,
        List<X509Certificate> anchors,
        FleetIdentity self,
        String fingerprint) {

    static FleetCredentials read(FleetFiles files) throws FleetIdentityException {
        byte[] chainPem = bytes(files.certificateChain());
        byte[] keyPem = bytes(files.privateKey());
        byte[] anchorsPem = bytes(files.trustAnchors());

        var chain = certificates(files.certificateChain(), chainPem);
        var key = privateKey(files.privateKey(), keyPem, chain.getFirst().getPublicKey());
        if (!belongTogether(key, chain.getFirst().getPublicKey())) {
            throw new FleetIdentityException(
                    files.privateKey()
                            + ": is not the key of the certificate in "
                            + files.certificateChain());
        }
        FleetIdentity self;
        try {
            self = FleetIdentity.of(chain.getFirst());
        } catch (MalformedIdentityException e) {
            throw new FleetIdentityException(files.certificateChain() + ": " + e.getMessage(), e);
        }
        return new FleetCredentials(
                chain,
                key,
                certificates(files.trustAnchors(), anchorsPem),
                self,
                digest(chainPem, keyPem, anchorsPem));
    }

    /** Of the files as they are now; cheap enough to ask again and again. */
    static String fingerprint(FleetFiles files) throws FleetIdentityException {
        return digest(
                bytes(files.certificateChain()),
                bytes(files.privateKey()),
                bytes(files.trustAnchors()));
    }

    private static List<X509Certificate> certificates(Path file, byte[] pem)
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

    private static byte[] bytes(Path file) throws FleetIdentityException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new FleetIdentityException(file + ": no such file", e);
        } catch (IOException e) {
            throw new FleetIdentityException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static String digest(byte[]... contents) {
        try {
            var all = MessageDigest.getInstance("SHA-256");
            for (byte[] content : contents) {
                all.update(MessageDigest.getInstance("SHA-256").digest(content));
            }
            return HexFormat.of().formatHex(all.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static final Pattern PKCS8_PEM =
            Pattern.compile(
                    "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
}
