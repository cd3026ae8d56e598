package io.overt.signer.ceremony;

import io.overt.signer.ca.CaException;
import io.overt.signer.key.PublicKeyHash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Files that a plan names, read and checked as far as they can be by themselves. */
final class Inputs {

    /**
     * A request for a certificate, by whoever has the key.
     *
     * @param subject that was asked for
     */
    record Request(X500Name subject, PublicKey key) {}

    /** A PEM file's certificates, at least one. */
    static List<X509Certificate> certificates(Path file) throws CaException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            for (Certificate each :
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(
                                    new ByteArrayInputStream(Files.readAllBytes(file)))) {
                certificates.add((X509Certificate) each);
            }
        } catch (IOException e) {
            throw new CaException(file + ": cannot be read: " + e, e);
        } catch (CertificateException e) {
            throw new CaException(file + ": " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new CaException(file + ": no certificate in it (expected: PEM)");
        }
        return certificates;
    }

    static X509Certificate certificate(Path file) throws CaException {
        List<X509Certificate> certificates = certificates(file);
        if (certificates.size() != 1) {
            throw new CaException(
                    "%s: %d certificates (expected: 1)".formatted(file, certificates.size()));
        }
        return certificates.getFirst();
    }

    /** A PKCS#10 request of this key. What extensions it asks for, it does not get. */
    static Request request(Path file, PublicKeyHash expected) throws CaException {
        try {
            Matcher pem = REQUEST.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            if (!pem.find()) {
                throw new CaException(
                        file
                                + ": no request in it (expected: -----BEGIN CERTIFICATE REQUEST-----)");
            }
            JcaPKCS10CertificationRequest request =
                    new JcaPKCS10CertificationRequest(Base64.getMimeDecoder().decode(pem.group(1)));
            PublicKey key = request.getPublicKey();
            PublicKeyHash hash = PublicKeyHash.of(key);
            if (!hash.equals(expected)) {
                throw new CaException(
                        "%s: of the key %s (expected: %s, which was agreed to)"
                                .formatted(file, hash.hex(), expected.hex()));
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new CaException(
                        file
                                + ": not signed with its own key (expected: whoever asks has the key)");
            }
            return new Request(request.getSubject(), key);
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | IllegalArgumentException e) {
            throw new CaException(file + ": no request that can be read: " + e.getMessage(), e);
        }
    }

    private static final Pattern REQUEST =
            Pattern.compile(
                    "-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\\s]+)-----END ");

    private Inputs() {}
}
