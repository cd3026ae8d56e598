package io.overt.signer.ceremony;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.signer.key.TokenBench;
import io.overt.signer.key.TokenSettings;
import io.overt.x509.CertificateFingerprint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Roots, issuing keys and the certificates between them. In a SoftHSM token, by plans that people
 * signed with the real ssh-keygen.
 */
class IssuingCeremonyTest {

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

    // checklist 65, 70
    @Test
    void a_root_certifies_an_issuing_key_that_goes_to_the_signers_token() throws Exception {
        ceremony.root();
        X509Certificate root = ceremony.certificate("root.pem");
        ceremony.approved(
                "request.yaml",
                ceremony.plans()
                        .request("issuing", "O=Example Corp, CN=Example TLS Inspection CA"));

        ceremony.approved(
                "issuing.yaml",
                ceremony.issuing(
                        "  name-constraints: { permitted: { dns: [example.com], ip: [10.0.0.0/8] },"
                                + " excluded: { dns: [secret.example.com] } }\n"
                                + "  crl-urls: ['http://crl.example.com/root.crl']\n"));
        X509Certificate issuing = ceremony.certificate("issuing.pem");
        ceremony.approved("import.yaml", ceremony.plans().importing("issuing.pem", issuing));

        assertThat(Files.readString(folder.resolve("imported.pem")))
                .isEqualTo(Files.readString(folder.resolve("issuing.pem")));
        assertThat(issuing.getBasicConstraints()).isZero();
        assertThat(issuing.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(
                        CeremonyWorld.tool(
                                folder,
                                "openssl",
                                "verify",
                                "-x509_strict",
                                "-CAfile",
                                "root.pem",
                                "issuing.pem"))
                .contains("issuing.pem: OK");
        assertThat(
                        CeremonyWorld.tool(
                                folder, "openssl", "x509", "-in", "issuing.pem", "-noout", "-text"))
                .contains(
                        "X509v3 Name Constraints: critical",
                        "DNS:example.com",
                        "IP:10.0.0.0/255.0.0.0")
                .contains("DNS:secret.example.com", "URI:http://crl.example.com/root.crl");
        // As the signer does at its start: found by the certificates, custody checked, canary
        // signed.
        TokenBench.rehearse(token, List.of(root.getPublicKey(), issuing.getPublicKey()));
        assertThat(ceremony.transcript("request"))
                .contains(
                        "\"sensitive\":true,\"always-sensitive\":true,\"extractable\":false,\"never-extractable\":true,\"sign\":true,\"decrypt\":false,\"unwrap\":false,\"derive\":false,\"sign-recover\":false,\"local\":true")
                .contains("\"public-key-sha256\":\"" + CeremonyWorld.hash(issuing) + "\"");
        assertThat(ceremony.transcript("issuing"))
                .contains("\"by\":[{\"name\":\"alice\"", "{\"name\":\"bob\"")
                .contains("\"sha256\":\"" + CertificateFingerprint.of(issuing).hex() + "\"")
                .contains("linted-before-signing", "linted-after-signing")
                .doesNotContain(Files.readString(token.pinFile()).strip());
    }

    @Test
    void an_untrusted_ca_is_its_own_root_and_says_so() throws Exception {
        ceremony.approved(
                "untrusted.yaml",
                ceremony.plans().untrusted("O=Example Corp, CN=Untrusted Inspection CA"));

        X509Certificate made = ceremony.certificate("untrusted.pem");
        made.verify(made.getPublicKey());
        assertThat(made.getBasicConstraints()).isZero();
        TokenBench.rehearse(token, List.of(made.getPublicKey()));
    }

    @Test
    void a_subject_that_does_not_say_what_the_ca_is_for_is_refused() throws Exception {
        ceremony.assertRefused(
                "root.yaml",
                ceremony.plans().root("security"),
                "subject 'O=Example Corp,CN=Example TLS security Root' does not say what it is for (expected: one of [inspection] in it)");
        ceremony.assertRefused(
                "untrusted.yaml",
                ceremony.plans().untrusted("O=Example Corp, CN=Inspection CA 2"),
                "(expected: 'untrusted' in it, as 'trust' says)");
        ceremony.assertRefused(
                "request.yaml",
                ceremony.plans().request("issuing", "O=Example Corp, CN=Untrusted Inspection CA"),
                "calls itself untrusted (expected: 'trust: untrusted')");
        assertThat(
                        ceremony.labelled("root")
                                + ceremony.labelled("untrusted")
                                + ceremony.labelled("issuing"))
                .isZero();
    }

    @Test
    void an_untrusted_ca_is_not_hung_below_a_trusted_root() throws Exception {
        ceremony.root();
        String subject = "O=Example Corp, CN=Untrusted Inspection CA";
        ceremony.approved(
                "request.yaml",
                "trust: untrusted\n" + ceremony.plans().request("issuing", subject));

        ceremony.assertRefused(
                "issuing.yaml",
                ceremony.issuing("")
                        .replace("O=Example Corp, CN=Example TLS Inspection CA", subject),
                "is not untrusted");
    }

    @Test
    void a_request_of_another_key_or_name_is_not_signed() throws Exception {
        ceremony.root();
        ceremony.approved(
                "request.yaml",
                ceremony.plans()
                        .request("issuing", "O=Example Corp, CN=Example TLS Inspection CA"));

        ceremony.assertRefused(
                "issuing.yaml",
                ceremony.issuing("")
                        .replaceFirst(
                                "public-key-sha256: [0-9a-f]{64}",
                                "public-key-sha256: " + "0".repeat(64)),
                "(expected: 0000000000000000000000000000000000000000000000000000000000000000, which was agreed to)");
        ceremony.assertRefused(
                "issuing.yaml",
                ceremony.issuing("")
                        .replace("CN=Example TLS Inspection CA", "CN=Example TLS Inspection CA 9"),
                "(expected: 'O=Example Corp,CN=Example TLS Inspection CA 9', as in the plan)");
        ceremony.assertRefused(
                "issuing.yaml",
                ceremony.issuing("").replace("2040-01-01", "2050-01-01"),
                "(expected: within its issuer's,");
        assertThat(folder.resolve("issuing.pem")).doesNotExist();
    }
}
