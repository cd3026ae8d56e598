package io.overt.signer.ceremony;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.signer.ca.Pem;
import io.overt.signer.key.TokenSettings;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a root does after it was made, until its key is destroyed. In a SoftHSM token, by plans that
 * people signed with the real ssh-keygen.
 */
class RootCeremonyTest {

    @TempDir static Path shared;
    private static TokenSettings token;

    @TempDir Path folder;
    private CeremonyWorld ceremony;

    @BeforeAll
    static void prepare() throws Exception {
        token = CeremonyWorld.prepare(shared);
    }

    @BeforeEach
    void begin(TestInfo test) {
        ceremony = new CeremonyWorld(shared, token, folder, test.getDisplayName());
    }

    @Test
    void what_was_made_is_taken_back_when_the_rest_fails_and_the_steps_are_kept() throws Exception {
        Files.writeString(folder.resolve("file"), "no folder");

        ceremony.assertRefused(
                "root.yaml",
                ceremony.plans()
                        .root("inspection")
                        .replace("certificate: root.pem", "certificate: file/root.pem"),
                "(what was made in the token was destroyed)");

        assertThat(ceremony.labelled("root")).isZero();
        assertThat(folder.resolve("root.transcript")).doesNotExist();
        try (Stream<Path> left = Files.list(folder)) {
            Path steps =
                    left.filter(each -> each.toString().contains("transcript.failed-"))
                            .findFirst()
                            .orElseThrow();
            assertThat(Files.readString(steps)).contains("key-made", "\"step\":\"failed\"");
        }
    }

    @Test
    void a_key_is_destroyed_only_under_its_own_hash() throws Exception {
        ceremony.root();
        String plan =
                """
                act: key-destruction
                title: The root is gone
                %skey: { label: root-%s, public-key-sha256: %s }
                outputs: { transcript: destruction.transcript }
                """;

        ceremony.assertRefused(
                "destruction.yaml",
                plan.formatted(ceremony.plans().tokenSection(), ceremony.unique(), "a".repeat(64)),
                "nothing was destroyed");
        assertThat(ceremony.labelled("root")).isEqualTo(2);

        ceremony.approved(
                "destruction.yaml",
                plan.formatted(
                        ceremony.plans().tokenSection(),
                        ceremony.unique(),
                        CeremonyWorld.hash(ceremony.certificate("root.pem"))));
        assertThat(ceremony.labelled("root")).isZero();
        assertThat(ceremony.transcript("destruction")).contains("\"objects\":2");
    }

    @Test
    void a_root_signs_its_crl() throws Exception {
        ceremony.root();
        ceremony.approved(
                "crl.yaml",
                """
                act: crl
                title: CRL
                %sissuer: { certificate: root.pem }
                crl:
                  number: 7
                  this-update: 2026-01-01T00:00:00Z
                  next-update: 2046-01-01T00:00:00Z
                  revoked:
                    - { serial: 0A:0b, at: 2026-01-01T00:00:00Z, reason: ca-compromise }
                    - { serial: 0c, at: 2026-01-01T00:00:00Z, reason: unspecified }
                outputs: { crl: root.crl, transcript: crl.transcript }
                """
                        .formatted(ceremony.plans().tokenSection()));

        X509CRL crl =
                (X509CRL)
                        CertificateFactory.getInstance("X.509")
                                .generateCRL(
                                        new ByteArrayInputStream(
                                                Files.readAllBytes(folder.resolve("root.crl"))));
        crl.verify(ceremony.certificate("root.pem").getPublicKey());
        assertThat(crl.getRevokedCertificate(BigInteger.valueOf(0x0a0b)).getRevocationReason())
                .hasToString("CA_COMPROMISE");
        assertThat(crl.getRevokedCertificate(BigInteger.valueOf(0x0c)).hasExtensions()).isFalse();
        assertThat(
                        CeremonyWorld.tool(
                                folder,
                                "openssl",
                                "crl",
                                "-inform",
                                "DER",
                                "-in",
                                "root.crl",
                                "-CAfile",
                                "root.pem",
                                "-noout"))
                .contains("verify OK");
    }

    @Test
    void an_old_root_vouches_for_a_new_one() throws Exception {
        ceremony.root();
        KeyPair newKey = SoftwareCa.ec();
        X500Name newName = new X500Name(BCStyle.INSTANCE, "CN=Second Inspection Root");
        X509Certificate newRoot = SoftwareCa.certificate(newName, newKey, newName, newKey, 1);
        Files.writeString(folder.resolve("new.pem"), Pem.of(newRoot));

        ceremony.approved(
                "cross.yaml",
                """
                act: cross-certificate
                title: Cross
                %sissuer: { certificate: root.pem }
                certificate: { of: new.pem, not-before: 2026-02-01T00:00:00Z, not-after: 2030-01-01T00:00:00Z }
                outputs: { certificate: cross.pem, transcript: cross.transcript }
                """
                        .formatted(ceremony.plans().tokenSection()));

        X509Certificate cross = ceremony.certificate("cross.pem");
        assertThat(cross.getPublicKey()).isEqualTo(newRoot.getPublicKey());
        assertThat(cross.getSubjectX500Principal()).isEqualTo(newRoot.getSubjectX500Principal());
        assertThat(cross.getExtensionValue("2.5.29.14"))
                .isEqualTo(newRoot.getExtensionValue("2.5.29.14"));
        assertThat(
                        CeremonyWorld.tool(
                                folder,
                                "openssl",
                                "verify",
                                "-x509_strict",
                                "-CAfile",
                                "root.pem",
                                "cross.pem"))
                .contains("cross.pem: OK");
    }
}
