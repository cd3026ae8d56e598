package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.Pem;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the values of this package refuse to be. */
class ValuesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final TestPki PKI = TestPki.at(NOW);
    private static final Duration WEEK = Duration.ofDays(7);

    @Test
    void an_epoch_is_a_period_counted_from_1970() {
        Epoch epoch = Epoch.at(NOW, WEEK);

        assertThat(epoch.start(WEEK)).isEqualTo("2026-11-19T00:00:00Z");
        assertThat(epoch.end(WEEK)).isEqualTo("2026-11-26T00:00:00Z");
        assertThat(Epoch.at(epoch.start(WEEK), WEEK)).isEqualTo(epoch);
        assertThat(Epoch.at(epoch.end(WEEK).minusNanos(1), WEEK)).isEqualTo(epoch);
        assertThat(Epoch.at(epoch.end(WEEK), WEEK)).isEqualTo(epoch.next()).isGreaterThan(epoch);
    }

    @Test
    void an_epoch_is_not_negative_and_its_length_is_whole_seconds() {
        assertThatThrownBy(() -> new Epoch(-1)).hasMessage("epoch: -1 (expected: >= 0)");
        assertThatThrownBy(() -> Epoch.at(Instant.EPOCH.minusSeconds(1), WEEK))
                .isInstanceOf(IllegalArgumentException.class);
        for (Duration bad :
                List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofMillis(1500))) {
            assertThatThrownBy(() -> Epoch.at(NOW, bad)).hasMessageContaining(bad.toString());
        }
    }

    @Test
    void a_profiles_cap_covers_its_epoch_and_grace() {
        assertThatThrownBy(
                        () -> profile("mirror", "Example", "https://a.example", Duration.ofDays(8)))
                .hasMessageStartingWith("max-lifetime: PT192H (expected: at least");
        assertThat(profile("mirror", "Example", "https://a.example", Duration.ofDays(9)))
                .isNotNull();
    }

    @Test
    void a_profile_names_itself_its_organisation_and_its_notice() {
        Duration year = Duration.ofDays(365);
        for (String bad : List.of("", "1a", "a b", "a/b", "x".repeat(65))) {
            assertThatThrownBy(() -> profile(bad, "Example", "https://a.example", year))
                    .hasMessageStartingWith("profile name:");
        }
        for (String bad : List.of("", " ", "x".repeat(257), "\ud800")) {
            assertThatThrownBy(() -> profile("a", bad, "https://a.example", year))
                    .hasMessageStartingWith("organisation:");
        }
        for (String bad :
                List.of(
                        "",
                        "a.example",
                        "ftp://a.example",
                        "https://ä.example",
                        "https:///x",
                        "https://a b")) {
            assertThatThrownBy(() -> profile("a", "Example", bad, year))
                    .as(bad)
                    .hasMessageStartingWith("notice-url:");
        }
    }

    @Test
    void a_leaf_key_is_a_point_on_P256() {
        byte[] good = KeySpec.EC_P256.generate().getPublic().getEncoded();
        LeafPublicKey key = new LeafPublicKey(good);
        assertThat(key.publicKey().getEncoded()).isEqualTo(good).isEqualTo(key.spki());
        assertThat(key).isEqualTo(LeafPublicKey.of(key.publicKey()));

        byte[] offCurve = good.clone();
        offCurve[offCurve.length - 1] ^= 1;
        assertThatThrownBy(() -> new LeafPublicKey(offCurve)).hasMessageContaining("not on P-256");
        for (KeySpec other : List.of(KeySpec.EC_P384, KeySpec.RSA_2048, KeySpec.ED25519)) {
            assertThatThrownBy(() -> LeafPublicKey.of(other.generate().getPublic()))
                    .hasMessageContaining("not an EC P-256");
        }
        assertThatThrownBy(() -> new LeafPublicKey(Arrays.copyOf(good, good.length + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_leaf_keys_identifier_is_what_other_tools_compute() throws Exception {
        X509Certificate certificate = PKI.leaf("a.example").certificate();
        byte[] extension = certificate.getExtensionValue(Oid.SUBJECT_KEY_IDENTIFIER);

        assertThat(LeafPublicKey.of(certificate.getPublicKey()).keyIdentifier())
                .isEqualTo(DerElement.parse(extension).wrapped().content());
    }

    @Test
    void an_issuing_CA_is_a_CA_with_a_stored_key_identifier() {
        assertThatThrownBy(() -> issuer(PKI.leaf("a.example").certificate()))
                .hasMessageContaining("not a CA certificate");
        assertThatThrownBy(() -> issuer(root(CertificateSpec.ca("x").withoutKeyIdentifiers())))
                .hasMessageContaining("no subjectKeyIdentifier extension");
        assertThatThrownBy(() -> issuer(root(CertificateSpec.ca("x").without(Oid.KEY_USAGE))))
                .hasMessageContaining("keyCertSign");
        for (KeySpec key : List.of(KeySpec.EC_P521, KeySpec.RSA_1024, KeySpec.ED25519)) {
            assertThatThrownBy(() -> issuer(root(CertificateSpec.ca("x").key(key))))
                    .hasMessageContaining("expected: EC P-256, EC P-384, or RSA of at least 2048");
        }
        byte[] stored = {9, 8, 7};
        assertThat(
                        issuer(root(CertificateSpec.ca("x").subjectKeyIdentifier(stored)))
                                .keyIdentifier())
                .isEqualTo(stored);
        assertThatThrownBy(() -> new IssuingCa(PKI.anchor(), List.of("ldap://x"), List.of()))
                .hasMessageStartingWith("CRL URL:");
    }

    @Test
    void a_chain_holds_exactly_the_certificates_that_were_given() throws Exception {
        List<byte[]> ders = PKI.leaf("a.example").chainDer();

        PresentedChain chain = PresentedChain.parse(ders);
        assertThat(chain.encoded()).containsExactlyElementsOf(ders);

        byte[] leaf = ders.getFirst();
        assertThatThrownBy(() -> PresentedChain.parse(List.of()))
                .isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> PresentedChain.parse(Collections.nCopies(65, leaf)))
                .hasMessage("chain: 65 certificates (expected: 1 to 64)");
        assertThatThrownBy(
                        () ->
                                PresentedChain.parse(
                                        List.of(leaf, Arrays.copyOf(leaf, leaf.length + 1))))
                .isInstanceOf(CertificateException.class)
                .hasMessageStartingWith("certificate 1:");
        assertThatThrownBy(() -> PresentedChain.parse(List.of(new byte[0])))
                .isInstanceOf(CertificateException.class)
                .hasMessageStartingWith("certificate 0:");
        byte[] pem = Pem.certificates(List.of(PKI.anchor())).getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> PresentedChain.parse(List.of(pem)))
                .isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> PresentedChain.parse(List.of(new byte[64 * 1024 + 1])))
                .hasMessageContaining("65537 bytes");
    }

    @Test
    void trust_anchors_come_from_PEM_files_and_errors_name_the_file(@TempDir Path directory)
            throws Exception {
        X509Certificate other = root(CertificateSpec.ca("Other"));
        Path two = Pem.write(directory.resolve("two.pem"), PKI.anchor(), other);
        Path again = Pem.write(directory.resolve("again.pem"), PKI.anchor());
        Path empty = Files.writeString(directory.resolve("empty.pem"), "# nothing\n");
        Path broken =
                Files.writeString(
                        directory.resolve("broken.pem"),
                        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        assertThat(TrustAnchors.fromPem(two, again).certificates())
                .containsExactly(PKI.anchor(), other);
        for (Path bad : List.of(empty, broken)) {
            assertThatThrownBy(() -> TrustAnchors.fromPem(two, bad))
                    .isInstanceOf(CertificateException.class)
                    .hasMessageContaining(bad.toString());
        }
        assertThatThrownBy(() -> TrustAnchors.fromPem(directory.resolve("absent.pem")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void our_own_CA_is_refused_as_an_anchor_under_any_certificate_of_its_key() {
        var keys = KeySpec.EC_P256.generate();
        X509Certificate one = root(CertificateSpec.ca("Inspection").key(keys));
        X509Certificate renewed = root(CertificateSpec.ca("Inspection 2").key(keys));

        List<X509Certificate> all = new ArrayList<>(List.of(PKI.anchor(), renewed));
        assertThat(TrustAnchors.of(all).refusing(List.of(one)).certificates())
                .containsExactly(PKI.anchor());
    }

    @Test
    void fingerprints_and_forge_keys_are_32_bytes() throws Exception {
        CertificateFingerprint fingerprint = CertificateFingerprint.of(PKI.anchor());
        assertThat(fingerprint.hex()).hasSize(64);
        assertThat(CertificateFingerprint.ofSha256(fingerprint.bytes())).isEqualTo(fingerprint);
        assertThatThrownBy(() -> CertificateFingerprint.ofSha256(new byte[31]))
                .hasMessageContaining("31 bytes (expected: 32)");
        assertThatThrownBy(() -> new ForgeKey(new byte[33]))
                .hasMessageContaining("33 bytes (expected: 32)");
    }

    private static MirrorProfile profile(
            String name, String organisation, String notice, Duration maxLifetime) {
        return new MirrorProfile(
                name, Recipe.MIRROR, organisation, notice, maxLifetime, WEEK, Duration.ofDays(1));
    }

    private static X509Certificate root(CertificateSpec spec) {
        return TestAuthority.root(spec, NOW).certificate();
    }

    private static IssuingCa issuer(X509Certificate certificate) {
        return new IssuingCa(certificate, List.of(), List.of());
    }
}
