package io.overt.signer.ceremony;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.signer.SignerMain;
import io.overt.testkit.page.ShellPage;
import io.overt.x509.TrustAnchors;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/ceremonies.md, followed word for word: its shell blocks are run as they stand there, one
 * after the other, in an empty folder with SoftHSM.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CeremoniesPageTest {

    @TempDir static Path folder;
    private String said = "";

    @BeforeAll
    void follow_the_page() throws Exception {
        shim();
        said = shell(blocks());
    }

    @Test
    void a_signer_starts_on_what_the_page_makes() throws Exception {
        assertThat(said).contains("signer/signer.yaml: ok");
        assertThat(
                        run(
                                "openssl",
                                "verify",
                                "-x509_strict",
                                "-CAfile",
                                "root/root.pem",
                                "signer/ca/issuing.pem"))
                .contains("issuing.pem: OK");
        X509Certificate issuing = certificate("signer/ca/issuing.pem");
        assertThat(issuing.getBasicConstraints()).isZero();
        assertThat(issuing.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(
                        run(
                                "openssl",
                                "crl",
                                "-inform",
                                "DER",
                                "-in",
                                "root/root.crl",
                                "-CAfile",
                                "root/root.pem",
                                "-noout"))
                .contains("verify OK");
    }

    @Test
    void a_dry_run_shows_the_certificate_and_leaves_nothing() throws Exception {
        // The first thing on the page that prints a certificate is the root's dry run.
        Matcher pem =
                Pattern.compile(
                                "-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n",
                                Pattern.DOTALL)
                        .matcher(said);
        assertThat(pem.find()).as(said).isTrue();
        Path shown = Files.writeString(folder.resolve("shown.pem"), pem.group());
        X509Certificate rehearsed = certificate(shown.getFileName().toString());
        X509Certificate made = certificate("root/root.pem");

        assertThat(rehearsed.getSubjectX500Principal()).isEqualTo(made.getSubjectX500Principal());
        assertThat(rehearsed.getNotAfter()).isEqualTo(made.getNotAfter());
        assertThat(rehearsed.getPublicKey()).isNotEqualTo(made.getPublicKey());
        assertThat(said).contains("dry run: nothing was done");
    }

    @Test
    void a_plan_of_the_page_with_one_approval_or_altered_is_refused() throws Exception {
        Path plan = folder.resolve("root/plans/8-destruction.yaml");
        String destroy =
                "SOFTHSM2_CONF=root/softhsm2.conf overt-signer ceremony run root/plans/8-destruction.yaml --approvers approvers.yaml";

        String alone =
                shell(functions() + "alice_approves root/plans/8-destruction.yaml\n! " + destroy);
        assertThat(alone).contains("approved by alice (expected: 2 different people)");

        Files.writeString(plan, Files.readString(plan) + "# altered\n");
        String altered =
                shell(
                        functions()
                                + "cp root/plans/8-destruction.yaml plan.now\n"
                                + "sed -i '$d' root/plans/8-destruction.yaml\n"
                                + "alice_approves root/plans/8-destruction.yaml\nbob_approves root/plans/8-destruction.yaml\n"
                                + "mv plan.now root/plans/8-destruction.yaml\n! "
                                + destroy);
        assertThat(altered).contains("approved by nobody (expected: 2 different people)");
        assertThat(folder.resolve("root/8-destruction.transcript")).doesNotExist();
    }

    /** How people approve, as the page has it. */
    private static String functions() throws IOException {
        return page().blocks().stream()
                .map(ShellPage.Block::script)
                .filter(each -> each.contains("alice_approves()"))
                .collect(Collectors.joining());
    }

    private static String blocks() throws IOException {
        String blocks = page().script();
        assertThat(blocks).contains("overt-signer ceremony run", "--check");
        return blocks;
    }

    private static ShellPage page() throws IOException {
        return ShellPage.read(
                Path.of(System.getProperty("basedir", ".")).resolve("../docs/ceremonies.md"));
    }

    /** The program as an installation has it, but of this build's classes. */
    private static void shim() throws IOException {
        Path program = Files.createDirectories(folder.resolve("bin")).resolve("overt-signer");
        String options =
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .filter(each -> each.startsWith("--"))
                        .collect(Collectors.joining(" "));
        Files.writeString(
                program,
                "#!/bin/sh\nexec '%s/bin/java' %s -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' %s \"$@\"\n"
                        .formatted(
                                System.getProperty("java.home"),
                                options,
                                System.getProperty("java.class.path"),
                                SignerMain.class.getName()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String shell(String script) throws Exception {
        return run("bash", "-euo", "pipefail", "-c", script);
    }

    private static String run(String... command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(List.of(command))
                        .directory(folder.toFile())
                        .redirectErrorStream(true);
        builder.environment().merge("PATH", folder.resolve("bin") + ":", (path, bin) -> bin + path);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static X509Certificate certificate(String file) throws Exception {
        return TrustAnchors.fromPem(folder.resolve(file)).certificates().getFirst();
    }
}
