package io.overt.testkit.softhsm;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A SoftHSM token with an issuing key, P-256 unless asked for otherwise, and, under the same
 * CKA_ID, the issuing CA's certificate, made by a software root that only this object knows. The
 * key is sign-only, sensitive and not extractable, unless asked for otherwise. Not thread-safe;
 * nothing to close: tokens go when the next run begins.
 *
 * <p>Fails the test, and says which package to install, where SoftHSM is absent.
 */
public final class SoftHsmToken {

    /** How the token keeps the issuing key. */
    public enum Protection {
        /** As an issuing key must be kept. */
        SENSITIVE,
        /** As one must not be: its value can be read out. */
        EXTRACTABLE
    }

    /** What the issuing keys of a token are. */
    public enum KeyKind {
        P256,
        P384,
        RSA_2048,
        RSA_3072,
        RSA_4096;

        KeyPair generate(AuthProvider provider) throws GeneralSecurityException {
            KeyPairGenerator generator =
                    KeyPairGenerator.getInstance(
                            switch (this) {
                                case P256, P384 -> "EC";
                                case RSA_2048, RSA_3072, RSA_4096 -> "RSA";
                            },
                            provider);
            generator.initialize(
                    switch (this) {
                        case P256 -> new ECGenParameterSpec("secp256r1");
                        case P384 -> new ECGenParameterSpec("secp384r1");
                        case RSA_2048 -> rsa(2048);
                        case RSA_3072 -> rsa(3072);
                        case RSA_4096 -> rsa(4096);
                    });
            return generator.generateKeyPair();
        }

        private static AlgorithmParameterSpec rsa(int bits) {
            return new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4);
        }
    }

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final SoftHsm softHsm;
    private final long slot;
    private final String label;
    private final String pin;
    private final Path pinFile;
    private final Path issuingPem;
    private final Path rootPem;
    private final X509Certificate issuing;
    private final X509Certificate root;
    private final KeyPair rootKey;
    private final Protection protection;
    private final KeyKind kind;

    /**
     * Makes a token whose key is kept as it must be.
     *
     * @param directory where the PIN file and the PEM files go; the test's own
     */
    public static SoftHsmToken create(Path directory) {
        return create(directory, Protection.SENSITIVE);
    }

    /**
     * Makes a token.
     *
     * @param directory where the PIN file and the PEM files go; the test's own
     */
    public static SoftHsmToken create(Path directory, Protection protection) {
        return create(directory, protection, KeyKind.P256);
    }

    /**
     * Makes a token.
     *
     * @param directory where the PIN file and the PEM files go; the test's own
     * @param kind of its issuing keys
     */
    public static SoftHsmToken create(Path directory, Protection protection, KeyKind kind) {
        try {
            return new SoftHsmToken(directory, protection, kind);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new AssertionError("no token could be made", e);
        }
    }

    private SoftHsmToken(Path directory, Protection protection, KeyKind kind)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        softHsm = SoftHsm.ofThisProcess();
        label = "overt-test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        pin = digits();
        slot = softHsm.cryptoki.initialiseToken(label, digits(), pin);

        Files.createDirectories(directory);
        pinFile =
                Files.createFile(
                        directory.resolve(label + ".pin"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(pinFile, pin + "\n");

        this.protection = protection;
        this.kind = kind;
        rootKey = p256().generateKeyPair();
        X500Principal rootName = new X500Principal("CN=Overt Test Inspection Root " + label);
        root = ca(rootName, rootKey.getPublic(), rootName, rootKey, Level.ROOT);

        issuing = issuing("issuing", "Overt Test Inspection CA " + label);
        issuingPem = pem(directory.resolve(label + "-issuing.pem"), issuing);
        rootPem = pem(directory.resolve(label + "-root.pem"), root);
    }

    /** A further issuing CA below the same root, with a key of its own in the token; PEM. */
    public Path anotherIssuing(Path file) {
        try {
            String alias = "issuing-" + COUNT.incrementAndGet();
            return pem(file, issuing(alias, "Overt Test Inspection CA " + label + " " + alias));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new AssertionError("no further issuing CA could be made", e);
        }
    }

    private X509Certificate issuing(String alias, String name)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        AuthProvider provider = sunPkcs11(protection, alias);
        try {
            KeyStore store = KeyStore.getInstance("PKCS11", provider);
            store.load(null, pin.toCharArray());
            KeyPair key = kind.generate(provider);
            X509Certificate made =
                    ca(
                            new X500Principal("CN=" + name + ", O=Example Corp"),
                            key.getPublic(),
                            root.getSubjectX500Principal(),
                            rootKey,
                            Level.ISSUING);
            store.setKeyEntry(alias, key.getPrivate(), null, new Certificate[] {made, root});
            return made;
        } finally {
            // Login is per application: what comes next in this process must log in by itself.
            provider.logout();
        }
    }

    /** SoftHSM's PKCS#11 library. */
    public Path module() {
        return softHsm.module;
    }

    /** The token's label, unlike that of any other token of this process. */
    public String label() {
        return label;
    }

    /** A file that only its owner reads, with the user PIN in its first line. */
    public Path pinFile() {
        return pinFile;
    }

    /** For tools that take the PIN from their environment. */
    public String pin() {
        return pin;
    }

    /** The issuing CA: pathLen 0, EKU serverAuth, with a subject key identifier. */
    public X509Certificate issuing() {
        return issuing;
    }

    /** The root above it; its key is in memory, for further issuing CAs. */
    public X509Certificate root() {
        return root;
    }

    /** {@link #issuing()} as a PEM file. */
    public Path issuingPem() {
        return issuingPem;
    }

    /** {@link #root()} as a PEM file. */
    public Path rootPem() {
        return rootPem;
    }

    /**
     * Every session on the token is gone, and with the last of them the login: a restart of the
     * HSM.
     */
    public void dropSessions() {
        softHsm.cryptoki.closeAllSessions(slot);
    }

    /**
     * One more EC P-256 key that signs, without a certificate: what a token that mixes up its
     * handles may sign with. Logs this process out of the token.
     */
    public PublicKey generateKey() {
        try {
            AuthProvider provider = sunPkcs11(Protection.SENSITIVE, "another");
            try {
                KeyStore.getInstance("PKCS11", provider).load(null, pin.toCharArray());
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
                generator.initialize(new ECGenParameterSpec("secp256r1"));
                // A copy: the token's own goes with the login.
                return KeyFactory.getInstance("EC")
                        .generatePublic(
                                new X509EncodedKeySpec(
                                        generator.generateKeyPair().getPublic().getEncoded()));
            } finally {
                provider.logout();
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError("no key could be made", e);
        }
    }

    /** In this process; SoftHSM numbers the slot of a new token anew in the next one. */
    long slot() {
        return slot;
    }

    /**
     * @param alias also the CKA_ID: SunPKCS11 writes it there when it stores an entry
     */
    private AuthProvider sunPkcs11(Protection protection, String alias) {
        String id = "0h" + HexFormat.of().formatHex(alias.getBytes(StandardCharsets.UTF_8));
        boolean extractable = protection == Protection.EXTRACTABLE;
        String configuration =
                """
                --name=%s
                library=%s
                slot=%d
                destroyTokenAfterLogout=true
                attributes(generate,CKO_PRIVATE_KEY,*) = {
                  CKA_TOKEN = true
                  CKA_PRIVATE = true
                  CKA_SENSITIVE = %s
                  CKA_EXTRACTABLE = %s
                  CKA_SIGN = true
                  CKA_DECRYPT = false
                  CKA_UNWRAP = false
                  CKA_SIGN_RECOVER = false
                  CKA_DERIVE = false
                  CKA_ID = %s
                }
                attributes(generate,CKO_PUBLIC_KEY,*) = {
                  CKA_TOKEN = true
                  CKA_VERIFY = true
                  CKA_ENCRYPT = false
                  CKA_WRAP = false
                  CKA_ID = %s
                }
                """
                        .formatted(label, softHsm.module, slot, !extractable, extractable, id, id);
        return (AuthProvider) Security.getProvider("SunPKCS11").configure(configuration);
    }

    private enum Level {
        ROOT,
        ISSUING
    }

    private static X509Certificate ca(
            X500Principal subject,
            PublicKey key,
            X500Principal issuer,
            KeyPair issuerKey,
            Level level)
            throws GeneralSecurityException, CertIOException, OperatorCreationException {
        Instant now = Instant.now();
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        issuer,
                        new BigInteger(120, new SecureRandom()).setBit(119),
                        Date.from(now.minus(Duration.ofDays(1))),
                        Date.from(now.plus(Duration.ofDays(level == Level.ROOT ? 3650 : 365))),
                        subject,
                        key);
        JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
        builder.addExtension(
                Extension.basicConstraints,
                true,
                level == Level.ROOT ? new BasicConstraints(true) : new BasicConstraints(0));
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(
                Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key));
        if (level == Level.ISSUING) {
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    extensions.createAuthorityKeyIdentifier(issuerKey.getPublic()));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        }
        PrivateKey signer = issuerKey.getPrivate();
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
    }

    private static KeyPairGenerator p256() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator;
    }

    private static Path pem(Path file, X509Certificate certificate) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(certificate);
        }
        return Files.writeString(file, text.toString());
    }

    private static String digits() {
        return "%010d".formatted(new SecureRandom().nextLong(10_000_000_000L));
    }
}
