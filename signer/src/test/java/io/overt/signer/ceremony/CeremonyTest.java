package io.overt.signer.ceremony;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.config.ConfigException;
import io.overt.service.process.StartException;
import io.overt.signer.ca.Pem;
import io.overt.signer.key.PublicKeyHash;
import io.overt.signer.key.TokenBench;
import io.overt.signer.key.TokenSettings;
import io.overt.testkit.softhsm.SoftHsmToken;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.TrustAnchors;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Acts in a SoftHSM token, by plans that people signed with the real ssh-keygen. */
class CeremonyTest {

    @TempDir static Path shared;
    private static TokenSettings token;

    @TempDir Path folder;

    /** In every label of a test, since tests share the token. */
    private String unique = "";

    private CeremonyPlans plans;

    @BeforeAll
    static void prepare() throws Exception {
        SoftHsmToken made = SoftHsmToken.create(shared);
        token = TokenSettings.of(made.module(), made.label(), made.pinFile());
        StringBuilder approvers = new StringBuilder("approvers:\n");
        for (String who : List.of("alice", "bob")) {
            tool(shared, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", who);
            approvers.append(
                    "  - { name: %s, key: '%s' }\n"
                            .formatted(
                                    who, Files.readString(shared.resolve(who + ".pub")).strip()));
        }
        Files.writeString(shared.resolve("approvers.yaml"), approvers);
    }

    @BeforeEach
    void name(TestInfo test) {
        unique = Integer.toHexString(test.getDisplayName().hashCode());
        plans = new CeremonyPlans(token, unique);
    }

    // checklist 65, 70
    @Test
    void a_root_certifies_an_issuing_key_that_goes_to_the_signers_token() throws Exception {
        root();
        X509Certificate root = certificate("root.pem");
        approved(
                "request.yaml",
                plans.request("issuing", "O=Example Corp, CN=Example TLS Inspection CA"));

        approved(
                "issuing.yaml",
                issuing(
                        "  name-constraints: { permitted: { dns: [example.com], ip: [10.0.0.0/8] },"
                                + " excluded: { dns: [secret.example.com] } }\n"
                                + "  crl-urls: ['http://crl.example.com/root.crl']\n"));
        X509Certificate issuing = certificate("issuing.pem");
        approved("import.yaml", plans.importing("issuing.pem", issuing));

        assertThat(Files.readString(folder.resolve("imported.pem")))
                .isEqualTo(Files.readString(folder.resolve("issuing.pem")));
        assertThat(issuing.getBasicConstraints()).isZero();
        assertThat(issuing.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(
                        tool(
                                folder,
                                "openssl",
                                "verify",
                                "-x509_strict",
                                "-CAfile",
                                "root.pem",
                                "issuing.pem"))
                .contains("issuing.pem: OK");
        assertThat(tool(folder, "openssl", "x509", "-in", "issuing.pem", "-noout", "-text"))
                .contains(
                        "X509v3 Name Constraints: critical",
                        "DNS:example.com",
                        "IP:10.0.0.0/255.0.0.0")
                .contains("DNS:secret.example.com", "URI:http://crl.example.com/root.crl");
        // As the signer does at its start: found by the certificates, custody checked, canary
        // signed.
        TokenBench.rehearse(token, List.of(root.getPublicKey(), issuing.getPublicKey()));
        assertThat(transcript("request"))
                .contains(
                        "\"sensitive\":true,\"always-sensitive\":true,\"extractable\":false,\"never-extractable\":true,\"sign\":true,\"decrypt\":false,\"unwrap\":false,\"derive\":false,\"sign-recover\":false,\"local\":true")
                .contains("\"public-key-sha256\":\"" + hash(issuing) + "\"");
        assertThat(transcript("issuing"))
                .contains("\"by\":[{\"name\":\"alice\"", "{\"name\":\"bob\"")
                .contains("\"sha256\":\"" + CertificateFingerprint.of(issuing).hex() + "\"")
                .contains("linted-before-signing", "linted-after-signing")
                .doesNotContain(Files.readString(token.pinFile()).strip());
    }

    @Test
    void an_untrusted_ca_is_its_own_root_and_says_so() throws Exception {
        approved("untrusted.yaml", plans.untrusted("O=Example Corp, CN=Untrusted Inspection CA"));

        X509Certificate made = certificate("untrusted.pem");
        made.verify(made.getPublicKey());
        assertThat(made.getBasicConstraints()).isZero();
        TokenBench.rehearse(token, List.of(made.getPublicKey()));
    }

    // checklist 72
    @Test
    void a_plan_with_one_approval_is_refused_and_nothing_is_made() throws Exception {
        Path plan = write("root.yaml", plans.root("inspection"));
        sign("alice", plan);

        assertThatThrownBy(() -> run(plan))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("approved by alice (expected: 2 different people)");
        nothingMade("root.pem", "root.transcript");
    }

    @Test
    void a_plan_that_was_altered_after_it_was_approved_is_refused() throws Exception {
        Path plan = write("root.yaml", plans.root("inspection"));
        sign("alice", plan);
        sign("bob", plan);
        Files.writeString(plan, Files.readString(plan).replace("2046", "2047"));

        assertThatThrownBy(() -> run(plan))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("approved by nobody")
                .hasMessageContaining("does not verify with the key of alice")
                .hasMessageContaining("does not verify with the key of bob");
        nothingMade("root.pem", "root.transcript");
    }

    @Test
    void approvals_that_lie_elsewhere_are_named() throws Exception {
        Path plan = write("root.yaml", plans.root("inspection"));
        List<String> call =
                new ArrayList<>(
                        List.of(
                                "run",
                                plan.toString(),
                                "--approvers",
                                shared.resolve("approvers.yaml").toString()));
        for (String who : List.of("alice", "bob")) {
            sign(who, plan);
            Path moved = folder.resolve(who + ".approval");
            Files.move(folder.resolve("root.yaml." + who + ".sig"), moved);
            call.addAll(List.of("--approval", moved.toString()));
        }

        assertThatThrownBy(() -> run(plan)).hasMessageContaining("approved by nobody");
        assertThat(command(call.toArray(String[]::new))).contains("transcript sha256:");
    }

    @Test
    void without_approvers_nothing_is_done() throws Exception {
        Path plan = write("root.yaml", plans.root("inspection"));

        assertThatThrownBy(() -> command("run", plan.toString()))
                .hasMessageContaining("Missing required option: '--approvers=FILE'");
        nothingMade("root.pem", "root.transcript");
    }

    @Test
    void a_plan_is_done_once_and_a_label_is_given_once() throws Exception {
        root();
        byte[] first = Files.readAllBytes(folder.resolve("root.pem"));

        assertThatThrownBy(() -> run(folder.resolve("root.yaml")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("root.pem: is there already, and is not overwritten");
        assertThat(Files.readAllBytes(folder.resolve("root.pem"))).isEqualTo(first);

        Files.delete(folder.resolve("root.pem"));
        Files.delete(folder.resolve("root.transcript"));
        assertThatThrownBy(() -> run(folder.resolve("root.yaml")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("objects labelled 'root-" + unique + "' already");
        assertThat(folder.resolve("root.pem")).doesNotExist();
        assertThat(labelled("root")).as("key and certificate of the first").isEqualTo(2);
    }

    @Test
    void a_subject_that_does_not_say_what_the_ca_is_for_is_refused() throws Exception {
        assertRefused(
                "root.yaml",
                plans.root("security"),
                "subject 'O=Example Corp,CN=Example TLS security Root' does not say what it is for (expected: one of [inspection] in it)");
        assertRefused(
                "untrusted.yaml",
                plans.untrusted("O=Example Corp, CN=Inspection CA 2"),
                "(expected: 'untrusted' in it, as 'trust' says)");
        assertRefused(
                "request.yaml",
                plans.request("issuing", "O=Example Corp, CN=Untrusted Inspection CA"),
                "calls itself untrusted (expected: 'trust: untrusted')");
        assertThat(labelled("root") + labelled("untrusted") + labelled("issuing")).isZero();
    }

    @Test
    void an_untrusted_ca_is_not_hung_below_a_trusted_root() throws Exception {
        root();
        String subject = "O=Example Corp, CN=Untrusted Inspection CA";
        approved("request.yaml", "trust: untrusted\n" + plans.request("issuing", subject));

        assertRefused(
                "issuing.yaml",
                issuing("").replace("O=Example Corp, CN=Example TLS Inspection CA", subject),
                "is not untrusted");
    }

    @Test
    void a_request_of_another_key_or_name_is_not_signed() throws Exception {
        root();
        approved(
                "request.yaml",
                plans.request("issuing", "O=Example Corp, CN=Example TLS Inspection CA"));

        assertRefused(
                "issuing.yaml",
                issuing("")
                        .replaceFirst(
                                "public-key-sha256: [0-9a-f]{64}",
                                "public-key-sha256: " + "0".repeat(64)),
                "(expected: 0000000000000000000000000000000000000000000000000000000000000000, which was agreed to)");
        assertRefused(
                "issuing.yaml",
                issuing("")
                        .replace("CN=Example TLS Inspection CA", "CN=Example TLS Inspection CA 9"),
                "(expected: 'O=Example Corp,CN=Example TLS Inspection CA 9', as in the plan)");
        assertRefused(
                "issuing.yaml",
                issuing("").replace("2040-01-01", "2050-01-01"),
                "(expected: within its issuer's,");
        assertThat(folder.resolve("issuing.pem")).doesNotExist();
    }

    /** A root that is there already signs by its own means, and may get it wrong. */
    @Test
    void a_certificate_by_another_root_is_imported_if_it_is_right_and_refused_with_every_reason()
            throws Exception {
        approved(
                "request.yaml",
                plans.request("issuing", "O=Example Corp, CN=Example TLS Inspection CA"));
        Files.writeString(
                folder.resolve("good.cnf"),
                "basicConstraints = critical, CA:TRUE, pathlen:0\nkeyUsage = critical, keyCertSign, cRLSign\nextendedKeyUsage = serverAuth\n");
        Files.writeString(
                folder.resolve("bad.cnf"), "basicConstraints = CA:TRUE\nkeyUsage = keyCertSign\n");
        tool(
                folder,
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "900",
                "-subj",
                "/O=Example Corp/CN=Corporate Root",
                "-keyout",
                "root.key",
                "-out",
                "root.pem");
        for (String which : List.of("good", "bad")) {
            tool(
                    folder,
                    "openssl",
                    "x509",
                    "-req",
                    "-in",
                    "issuing.csr",
                    "-CA",
                    "root.pem",
                    "-CAkey",
                    "root.key",
                    "-days",
                    "300",
                    "-extfile",
                    which + ".cnf",
                    "-out",
                    which + ".pem");
        }

        X509Certificate bad = certificate("bad.pem");
        assertRefused(
                "import.yaml",
                plans.importing("bad.pem", bad),
                "path length 2147483647 (expected: a CA, pathLen 0)",
                "key usage bits [5] (expected: keyCertSign and cRLSign, 5 and 6)",
                "is not critical",
                "extended key usage null (expected: serverAuth alone)");
        assertRefused("import.yaml", plans.importing("good.pem", bad), "which was agreed to");
        assertThat(labelled("issuing")).as("the key alone").isEqualTo(1);

        X509Certificate good = certificate("good.pem");
        approved("import.yaml", plans.importing("good.pem", good));

        TokenBench.rehearse(token, List.of(good.getPublicKey()));
        Files.delete(folder.resolve("imported.pem"));
        Files.delete(folder.resolve("import.transcript"));
        assertRefused(
                "import.yaml", plans.importing("good.pem", good), "has a certificate 'issuing-");
    }

    @Test
    void a_certificate_of_a_key_that_is_not_in_the_token_is_not_imported() throws Exception {
        root();
        KeyPair elsewhere = SoftwareCa.ec();
        KeyPair rootKey = SoftwareCa.ec();
        X500Name name = new X500Name(BCStyle.INSTANCE, "CN=Another Inspection Root");
        X509Certificate other = SoftwareCa.certificate(name, rootKey, name, rootKey, 1);
        X509Certificate issuing =
                SoftwareCa.certificate(
                        new X500Name(BCStyle.INSTANCE, "CN=Inspection CA of another"),
                        elsewhere,
                        name,
                        rootKey,
                        0);
        Files.writeString(folder.resolve("issuing.pem"), Pem.of(issuing));
        Files.writeString(folder.resolve("other.pem"), Pem.of(other));

        assertRefused(
                "import.yaml",
                plans.importing("issuing.pem", issuing)
                        .replace("root: root.pem", "root: other.pem"),
                "has no key 'issuing-" + unique + "' of this certificate");
    }

    @Test
    void what_was_made_is_taken_back_when_the_rest_fails_and_the_steps_are_kept() throws Exception {
        Files.writeString(folder.resolve("file"), "no folder");

        assertRefused(
                "root.yaml",
                plans.root("inspection")
                        .replace("certificate: root.pem", "certificate: file/root.pem"),
                "(what was made in the token was destroyed)");

        assertThat(labelled("root")).isZero();
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
        root();
        String plan =
                """
                act: key-destruction
                title: The root is gone
                %skey: { label: root-%s, public-key-sha256: %s }
                outputs: { transcript: destruction.transcript }
                """;

        assertRefused(
                "destruction.yaml",
                plan.formatted(plans.tokenSection(), unique, "a".repeat(64)),
                "nothing was destroyed");
        assertThat(labelled("root")).isEqualTo(2);

        approved(
                "destruction.yaml",
                plan.formatted(plans.tokenSection(), unique, hash(certificate("root.pem"))));
        assertThat(labelled("root")).isZero();
        assertThat(transcript("destruction")).contains("\"objects\":2");
    }

    @Test
    void a_root_signs_its_crl() throws Exception {
        root();
        approved(
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
                        .formatted(plans.tokenSection()));

        X509CRL crl =
                (X509CRL)
                        CertificateFactory.getInstance("X.509")
                                .generateCRL(
                                        new ByteArrayInputStream(
                                                Files.readAllBytes(folder.resolve("root.crl"))));
        crl.verify(certificate("root.pem").getPublicKey());
        assertThat(crl.getRevokedCertificate(BigInteger.valueOf(0x0a0b)).getRevocationReason())
                .hasToString("CA_COMPROMISE");
        assertThat(crl.getRevokedCertificate(BigInteger.valueOf(0x0c)).hasExtensions()).isFalse();
        assertThat(
                        tool(
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
        root();
        KeyPair newKey = SoftwareCa.ec();
        X500Name newName = new X500Name(BCStyle.INSTANCE, "CN=Second Inspection Root");
        X509Certificate newRoot = SoftwareCa.certificate(newName, newKey, newName, newKey, 1);
        Files.writeString(folder.resolve("new.pem"), Pem.of(newRoot));

        approved(
                "cross.yaml",
                """
                act: cross-certificate
                title: Cross
                %sissuer: { certificate: root.pem }
                certificate: { of: new.pem, not-before: 2026-02-01T00:00:00Z, not-after: 2030-01-01T00:00:00Z }
                outputs: { certificate: cross.pem, transcript: cross.transcript }
                """
                        .formatted(plans.tokenSection()));

        X509Certificate cross = certificate("cross.pem");
        assertThat(cross.getPublicKey()).isEqualTo(newRoot.getPublicKey());
        assertThat(cross.getSubjectX500Principal()).isEqualTo(newRoot.getSubjectX500Principal());
        assertThat(cross.getExtensionValue("2.5.29.14"))
                .isEqualTo(newRoot.getExtensionValue("2.5.29.14"));
        assertThat(
                        tool(
                                folder,
                                "openssl",
                                "verify",
                                "-x509_strict",
                                "-CAfile",
                                "root.pem",
                                "cross.pem"))
                .contains("cross.pem: OK");
    }

    @Test
    void a_plan_is_read_strictly() throws Exception {
        String root = plans.root("inspection");
        assertNoPlan(
                root.replace("act: root", "act: roots"),
                ":1: act: roots (expected: root or untrusted-ca or");
        assertNoPlan(root.replace("title: Root", "titel: Root"), "titel: unknown key");
        assertNoPlan(root.replace("subject: ", "subjects: "), "certificate.subject: missing");
        assertNoPlan(
                root.replace("O=Example Corp, ", "Example Corp, "), "(expected: a name such as");
        assertNoPlan(
                root.replace("2046-01-01T00:00:00Z", "2046-01-01"), "(expected: a time such as");
        assertNoPlan(
                root.replace("2046", "2016"),
                "not-after: 2016-01-01T00:00:00Z (expected: after not-before");
        assertNoPlan(root.replace("path-length: 2", "path-length: 0"), "path-length: 0 (expected:");
        assertNoPlan(
                root.replace("root-" + unique, "'a b'"), "key.label: a b (expected: 1 to 64 of");
        assertNoPlan(
                root.replace("transcript: root.transcript", "certificat: x"),
                "outputs.transcript: missing");
        assertNoPlan(
                root.replace(
                        "  path-length: 2",
                        "  name-constraints: { permitted: { dns: [.example.com] } }"),
                ".example.com (expected: a DNS name in lower case, without dot or asterisk in front)");
        assertNoPlan(
                root.replace(
                        "  path-length: 2",
                        "  name-constraints: { permitted: { ip: [10.0.0.0] } }"),
                "10.0.0.0 (expected: a network such as 10.0.0.0/8 or fd00::/8)");
        assertNoPlan(root.replace("  path-length: 2", "  crl-urls: ['ldap://x/y']"), "ldap://x/y");
        assertNoPlan(
                """
                act: crl
                title: No end
                %sissuer: { certificate: root.pem }
                crl: { number: 1, this-update: 2026-01-01T00:00:00Z }
                outputs: { crl: root.crl, transcript: crl.transcript }
                """
                        .formatted(plans.tokenSection()),
                "crl.next-update: missing");
        assertNoPlan(
                "act: issuing-certificate\n"
                        + plans.issuingBody("  path-length: 1\n", "0".repeat(64)),
                "path-length: 1 (expected:");
    }

    private void assertNoPlan(String plan, String said) throws Exception {
        Path file = write("plan.yaml", plan);
        assertThatThrownBy(() -> command("hash", file.toString()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(said);
    }

    private void assertRefused(String name, String plan, String... said) throws Exception {
        Path file = write(name, plan);
        sign("alice", file);
        sign("bob", file);
        assertThatThrownBy(() -> run(file))
                .isInstanceOf(StartException.class)
                .message()
                .contains(said);
    }

    private void approved(String name, String plan) throws Exception {
        Path file = write(name, plan);
        sign("alice", file);
        sign("bob", file);
        assertThat(run(file)).containsPattern("transcript sha256:[0-9a-f]{64}");
    }

    private void root() throws Exception {
        approved("root.yaml", plans.root("inspection"));
    }

    private String issuing(String more) throws Exception {
        String key =
                tool(
                        folder,
                        "sh",
                        "-c",
                        "openssl req -in issuing.csr -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum");
        return "act: issuing-certificate\n" + plans.issuingBody(more, key.substring(0, 64));
    }

    private int labelled(String label) throws Exception {
        try (TokenBench bench = TokenBench.open(token)) {
            return bench.labelled(label + "-" + unique);
        }
    }

    private void nothingMade(String... files) throws Exception {
        assertThat(labelled("root")).isZero();
        assertThat(files).allSatisfy(each -> assertThat(folder.resolve(each)).doesNotExist());
    }

    private String transcript(String name) throws Exception {
        return Files.readString(folder.resolve(name + ".transcript"));
    }

    private X509Certificate certificate(String file) throws Exception {
        return TrustAnchors.fromPem(folder.resolve(file)).certificates().getFirst();
    }

    private static String hash(X509Certificate certificate) {
        return PublicKeyHash.of(certificate.getPublicKey()).hex();
    }

    private Path write(String name, String content) throws Exception {
        return Files.writeString(folder.resolve(name), content);
    }

    private static void sign(String who, Path plan) throws Exception {
        Path signature = plan.resolveSibling(plan.getFileName() + "." + who + ".sig");
        tool(
                plan.getParent(),
                "sh",
                "-c",
                "ssh-keygen -q -Y sign -n overt-approval -f '%s' < '%s' > '%s'"
                        .formatted(shared.resolve(who), plan, signature));
    }

    private static String run(Path plan) throws Exception {
        return command(
                "run", plan.toString(), "--approvers", shared.resolve("approvers.yaml").toString());
    }

    /** The command as it is called; answers what it printed. */
    private static String command(String... arguments) throws Exception {
        StringWriter out = new StringWriter();
        List<Exception> thrown = new ArrayList<>();
        CommandLine line = new CommandLine(new CeremonyCommand(Clock.systemUTC(), "unused"));
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(out, true));
        line.setExecutionExceptionHandler(
                (failure, _, _) -> {
                    thrown.add(failure);
                    return 1;
                });
        line.setParameterExceptionHandler(
                (failure, _) -> {
                    thrown.add(failure);
                    return 2;
                });
        int code = line.execute(arguments);
        if (!thrown.isEmpty()) {
            throw thrown.getFirst();
        }
        assertThat(code).as(out.toString()).isZero();
        return out.toString();
    }

    private static String tool(@Nullable Path folder, String... command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .directory(folder == null ? null : folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
