package io.overt.signer.ceremony;

import io.overt.signer.key.TokenSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a plan may say. In a SoftHSM token, by plans that people signed with the real ssh-keygen.
 */
class PlanFileTest {

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
    void a_plan_is_read_strictly() throws Exception {
        String root = ceremony.plans().root("inspection");
        ceremony.assertNoPlan(
                root.replace("act: root", "act: roots"),
                ":1: act: roots (expected: root or untrusted-ca or");
        ceremony.assertNoPlan(root.replace("title: Root", "titel: Root"), "titel: unknown key");
        ceremony.assertNoPlan(
                root.replace("subject: ", "subjects: "), "certificate.subject: missing");
        ceremony.assertNoPlan(
                root.replace("O=Example Corp, ", "Example Corp, "), "(expected: a name such as");
        ceremony.assertNoPlan(
                root.replace("2046-01-01T00:00:00Z", "2046-01-01"), "(expected: a time such as");
        ceremony.assertNoPlan(
                root.replace("2046", "2016"),
                "not-after: 2016-01-01T00:00:00Z (expected: after not-before");
        ceremony.assertNoPlan(
                root.replace("path-length: 2", "path-length: 0"), "path-length: 0 (expected:");
        ceremony.assertNoPlan(
                root.replace("root-" + ceremony.unique(), "'a b'"),
                "key.label: a b (expected: 1 to 64 of");
        ceremony.assertNoPlan(
                root.replace("transcript: root.transcript", "certificat: x"),
                "outputs.transcript: missing");
        ceremony.assertNoPlan(
                root.replace(
                        "  path-length: 2",
                        "  name-constraints: { permitted: { dns: [.example.com] } }"),
                ".example.com (expected: a DNS name in lower case, without dot or asterisk in front)");
        ceremony.assertNoPlan(
                root.replace(
                        "  path-length: 2",
                        "  name-constraints: { permitted: { ip: [10.0.0.0] } }"),
                "10.0.0.0 (expected: a network such as 10.0.0.0/8 or fd00::/8)");
        ceremony.assertNoPlan(
                root.replace("  path-length: 2", "  crl-urls: ['ldap://x/y']"), "ldap://x/y");
        ceremony.assertNoPlan(
                """
                act: crl
                title: No end
                %sissuer: { certificate: root.pem }
                crl: { number: 1, this-update: 2026-01-01T00:00:00Z }
                outputs: { crl: root.crl, transcript: crl.transcript }
                """
                        .formatted(ceremony.plans().tokenSection()),
                "crl.next-update: missing");
        ceremony.assertNoPlan(
                "act: issuing-certificate\n"
                        + ceremony.plans().issuingBody("  path-length: 1\n", "0".repeat(64)),
                "path-length: 1 (expected:");
    }
}
