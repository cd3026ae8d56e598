package io.overt.signer.ceremony;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.signer.ca.Pem;
import io.overt.signer.key.TokenBench;
import io.overt.signer.key.TokenSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * A certificate that comes beside its key, from whatever root. In a SoftHSM token, by plans that
 * people signed with the real ssh-keygen.
 */
class ImportCeremonyTest {

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

    /** A root that is there already signs by its own means, and may get it wrong. */
    @Test
    void a_certificate_by_another_root_is_imported_if_it_is_right_and_refused_with_every_reason()
            throws Exception {
        ceremony.approved(
                "request.yaml",
                ceremony.plans()
                        .request("issuing", "O=Example Corp, CN=Example TLS Inspection CA"));
        Files.writeString(
                folder.resolve("good.cnf"),
                "basicConstraints = critical, CA:TRUE, pathlen:0\nkeyUsage = critical, keyCertSign, cRLSign\nextendedKeyUsage = serverAuth\n");
        Files.writeString(
                folder.resolve("bad.cnf"), "basicConstraints = CA:TRUE\nkeyUsage = keyCertSign\n");
        CeremonyWorld.tool(
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
            CeremonyWorld.tool(
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

        X509Certificate bad = ceremony.certificate("bad.pem");
        ceremony.assertRefused(
                "import.yaml",
                ceremony.plans().importing("bad.pem", bad),
                "path length 2147483647 (expected: a CA, pathLen 0)",
                "key usage bits [5] (expected: keyCertSign and cRLSign, 5 and 6)",
                "is not critical",
                "extended key usage null (expected: serverAuth alone)");
        ceremony.assertRefused(
                "import.yaml", ceremony.plans().importing("good.pem", bad), "which was agreed to");
        assertThat(ceremony.labelled("issuing")).as("the key alone").isEqualTo(1);

        X509Certificate good = ceremony.certificate("good.pem");
        ceremony.approved("import.yaml", ceremony.plans().importing("good.pem", good));

        TokenBench.rehearse(token, List.of(good.getPublicKey()));
        Files.delete(folder.resolve("imported.pem"));
        Files.delete(folder.resolve("import.transcript"));
        ceremony.assertRefused(
                "import.yaml",
                ceremony.plans().importing("good.pem", good),
                "has a certificate 'issuing-");
    }

    @Test
    void a_certificate_of_a_key_that_is_not_in_the_token_is_not_imported() throws Exception {
        ceremony.root();
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

        ceremony.assertRefused(
                "import.yaml",
                ceremony.plans()
                        .importing("issuing.pem", issuing)
                        .replace("root: root.pem", "root: other.pem"),
                "has no key 'issuing-" + ceremony.unique() + "' of this certificate");
    }
}
