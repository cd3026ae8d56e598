package io.overt.service.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A fleet's internal CA for the tests of this package: what it issues may well be what a real one
 * never would.
 */
final class TestFleetCa {
    private static final AtomicLong SERIAL = new AtomicLong(1);
    private final X500Name name;
    private final KeyPair keys;
    final X509Certificate certificate;

    record Issued(X509Certificate certificate, PrivateKey key) {}

    TestFleetCa(String name) throws Exception {
        this.name = new X500Name("CN=" + name);
        this.keys = keyPair("EC");
        this.certificate =
                certificate(
                        this.name,
                        keys,
                        new String[0],
                        true,
                        Instant.now().plus(Duration.ofDays(2)));
    }

    Issued issue(String... uris) throws Exception {
        return issue("EC", Instant.now().plus(Duration.ofDays(1)), uris);
    }

    Issued issue(String algorithm, Instant notAfter, String... uris) throws Exception {
        var pair = keyPair(algorithm);
        return new Issued(
                certificate(new X500Name("CN=member"), pair, uris, false, notAfter),
                pair.getPrivate());
    }

    /** Writes a member's three files under the folder. */
    FleetFiles write(Path folder, Issued member) throws IOException {
        Files.createDirectories(folder);
        var files =
                new FleetFiles(
                        folder.resolve("cert.pem"),
                        folder.resolve("key.pem"),
                        folder.resolve("anchors.pem"));
        replace(files.trustAnchors(), pem("CERTIFICATE", encoded(certificate)));
        replace(files.privateKey(), pem("PRIVATE KEY", member.key().getEncoded()));
        replace(files.certificateChain(), pem("CERTIFICATE", encoded(member.certificate())));
        return files;
    }

    static void replace(Path file, String content) throws IOException {
        var next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), content);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static String pem(String type, byte[] der) {
        return "-----BEGIN "
                + type
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END "
                + type
                + "-----\n";
    }

    private static byte[] encoded(X509Certificate certificate) throws IOException {
        try {
            return certificate.getEncoded();
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new IOException(e);
        }
    }

    private static KeyPair keyPair(String algorithm) throws Exception {
        var generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(algorithm.equals("EC") ? 256 : 2048);
        return generator.generateKeyPair();
    }

    private X509Certificate certificate(
            X500Name subject, KeyPair pair, String[] uris, boolean ca, Instant notAfter)
            throws Exception {
        var notBefore = notAfter.minus(Duration.ofDays(3));
        var builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.valueOf(SERIAL.getAndIncrement()),
                        Date.from(notBefore),
                        Date.from(notAfter),
                        subject,
                        pair.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        if (uris.length > 0) {
            var names =
                    Arrays.stream(uris)
                            .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                            .toArray(GeneralName[]::new);
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(keys.getPrivate())));
    }
}
