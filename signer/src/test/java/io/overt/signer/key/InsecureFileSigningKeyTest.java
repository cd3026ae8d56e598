package io.overt.signer.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InsecureFileSigningKeyTest extends SigningKeyContract {

    @TempDir Path directory;
    private KeyPair pair;
    private Path pkcs12;
    private Path password;
    private SigningKey key;

    @BeforeEach
    void write() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));
        pair = generator.generateKeyPair();
        pkcs12 = directory.resolve("issuing.p12");
        password = Files.writeString(directory.resolve("password"), "secret\n");
        key = opened(pair.getPrivate());
    }

    private SigningKey opened(PrivateKey privateKey) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "issuing",
                privateKey,
                "secret".toCharArray(),
                new Certificate[] {selfSigned(pair)});
        try (OutputStream out = Files.newOutputStream(pkcs12)) {
            store.store(out, "secret".toCharArray());
        }
        return InsecureFileSigningKey.open(pkcs12, password, pair.getPublic());
    }

    @Override
    SigningKey key() {
        return key;
    }

    @Override
    PublicKey issuing() {
        return pair.getPublic();
    }

    @Test
    void a_wrong_password_is_the_operators_to_settle() throws Exception {
        Path wrong = Files.writeString(directory.resolve("wrong"), "other\n");

        assertThatThrownBy(() -> InsecureFileSigningKey.open(pkcs12, wrong, pair.getPublic()))
                .isInstanceOfSatisfying(
                        SigningKeyException.class,
                        e -> assertThat(e.kind()).isEqualTo(SigningKeyException.Kind.PIN))
                .hasMessageContaining(pkcs12.toString());
    }

    @Test
    void a_key_of_another_certificate_is_not_taken() throws Exception {
        PublicKey other = KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic();

        assertThatThrownBy(() -> InsecureFileSigningKey.open(pkcs12, password, other))
                .isInstanceOf(SigningKeyException.class)
                .hasMessage(
                        pkcs12 + ": 0 keys whose certificate has the issuing key (expected: 1)");
    }

    @Test
    void a_canary_by_another_key_than_the_certificates_is_told() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));

        assertThat(opened(generator.generateKeyPair().getPrivate()).canary())
                .hasValueSatisfying(
                        not -> assertThat(not.detail()).contains("the canary does not verify"));
    }

    private static X509Certificate selfSigned(KeyPair pair) throws Exception {
        X500Principal name = new X500Principal("CN=Test Inspection CA");
        Instant now = Instant.now();
        return new JcaX509CertificateConverter()
                .getCertificate(
                        new JcaX509v3CertificateBuilder(
                                        name,
                                        BigInteger.ONE,
                                        Date.from(now.minus(Duration.ofHours(1))),
                                        Date.from(now.plus(Duration.ofDays(1))),
                                        name,
                                        pair.getPublic())
                                .build(
                                        new JcaContentSignerBuilder("SHA384withECDSA")
                                                .build(pair.getPrivate())));
    }
}
