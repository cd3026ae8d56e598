package io.overt.service.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.FileDigest;
import io.overt.service.approval.ApprovedDocument;
import io.overt.service.approval.Approver;
import io.overt.service.approval.Approvers;
import io.overt.service.approval.Statement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people sign, as the tools see it that they sign and check with. */
class PolicyStatementTest {
    private static final String DOCUMENT =
            "policy: corporate\nrules:\n  - name: default\n    then: block\n";

    @TempDir Path folder;

    @Test
    void the_statement_is_to_the_byte_what_the_documentation_says() {
        assertThat(new String(PolicyStatement.of(manifest(12)), StandardCharsets.UTF_8))
                .isEqualTo(
                        """
                        overt policy approval v1
                        policy: corporate
                        language: 1
                        %s  policy.yaml
                        %s  lists/health.txt
                        """
                                .formatted(sha256(DOCUMENT), sha256("clinic.example\n")));
    }

    @Test
    void sha256sum_checks_the_files_that_a_statement_names() throws Exception {
        Files.writeString(folder.resolve("policy.yaml"), DOCUMENT);
        Files.createDirectory(folder.resolve("lists"));
        Files.writeString(folder.resolve("lists/health.txt"), "clinic.example\n");
        Files.write(folder.resolve("statement"), PolicyStatement.of(manifest(12)));

        // It warns of the first three lines, which are none of its own.
        assertThat(run("sha256sum", "--check", "statement"))
                .contains("policy.yaml: OK", "lists/health.txt: OK");

        Files.writeString(folder.resolve("lists/health.txt"), "clinic.example\nmore.example\n");
        assertThatThrownBy(() -> run("sha256sum", "--check", "statement"))
                .hasMessageContaining("lists/health.txt: FAILED");
    }

    @Test
    void the_same_content_under_another_number_is_approved_already() {
        var later =
                manifest(13).toBuilder()
                        .setPublished(Timestamp.newBuilder().setSeconds(1_800_000_000))
                        .build();

        assertThat(PolicyStatement.of(later)).isEqualTo(PolicyStatement.of(manifest(12)));
    }

    @Test
    void other_content_another_name_and_another_language_are_not() {
        var original = PolicyStatement.of(manifest(12));
        var other = manifest(12).toBuilder();
        other.setFiles(0, file("policy.yaml", DOCUMENT + "\n"));

        assertThat(PolicyStatement.of(other.build())).isNotEqualTo(original);
        assertThat(PolicyStatement.of(manifest(12).toBuilder().setPolicy("other").build()))
                .isNotEqualTo(original);
        assertThat(PolicyStatement.of(manifest(12).toBuilder().setLanguage(2).build()))
                .isNotEqualTo(original);
        assertThat(PolicyStatement.of(manifest(12).toBuilder().removeFiles(1).build()))
                .isNotEqualTo(original);
    }

    /** A name that made lines of its own could make one statement out of two contents. */
    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\u0000b", "a\u0085b", "a\u007fb"})
    void a_name_that_would_be_more_than_a_name_is_refused(String name) {
        var file = manifest(12).toBuilder();
        file.setFiles(1, file.getFiles(1).toBuilder().setPath(name));

        assertThatThrownBy(() -> PolicyStatement.of(file.build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(expected: characters that can be read)");
        assertThatThrownBy(
                        () -> PolicyStatement.of(manifest(12).toBuilder().setPolicy(name).build()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_ssh_keygen_and_openssl_sign_counts_as_approved() throws Exception {
        var statement = PolicyStatement.of(manifest(12));
        Files.write(folder.resolve("statement"), statement);
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "alice", "-f", "alice");
        run("openssl", "genpkey", "-algorithm", "ed25519", "-out", "carol.pem");
        run("openssl", "pkey", "-in", "carol.pem", "-pubout", "-out", "carol.pub");
        run("ssh-keygen", "-q", "-Y", "sign", "-n", "overt-approval", "-f", "alice", "statement");
        Files.writeString(folder.resolve("line"), Statement.of(statement));
        run(
                "openssl",
                "pkeyutl",
                "-sign",
                "-rawin",
                "-inkey",
                "carol.pem",
                "-in",
                "line",
                "-out",
                "carol.sig");
        var approvals = new LinkedHashMap<Path, byte[]>();
        approvals.put(Path.of("1"), Files.readAllBytes(folder.resolve("statement.sig")));
        approvals.put(Path.of("2"), Files.readAllBytes(folder.resolve("carol.sig")));
        var people =
                Files.writeString(
                        folder.resolve("approvers.yaml"),
                        "approvers:\n  - name: alice\n    key: "
                                + Files.readString(folder.resolve("alice.pub")).strip()
                                + "\n  - name: carol\n    key: |\n"
                                + Files.readString(folder.resolve("carol.pub")).indent(6));

        var approval = Approvers.read(people).approve(Path.of("statement"), statement, approvals);

        assertThat(approval)
                .isInstanceOfSatisfying(
                        ApprovedDocument.class,
                        approved ->
                                assertThat(approved.approvedBy())
                                        .extracting(Approver::name)
                                        .containsExactly("alice", "carol"));
    }

    private static BundleManifest manifest(long version) {
        return BundleManifest.newBuilder()
                .setVersion(version)
                .setPolicy("corporate")
                .setLanguage(1)
                .addFiles(file("policy.yaml", DOCUMENT))
                .addFiles(file("lists/health.txt", "clinic.example\n"))
                .build();
    }

    private static FileDigest file(String path, String content) {
        var bytes = content.getBytes(StandardCharsets.UTF_8);
        return FileDigest.newBuilder()
                .setPath(path)
                .setSize(bytes.length)
                .setSha256(ByteString.copyFrom(PolicySignature.sha256(bytes)))
                .build();
    }

    private static String sha256(String content) {
        return HexFormat.of()
                .formatHex(PolicySignature.sha256(content.getBytes(StandardCharsets.UTF_8)));
    }

    private String run(String... command) throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
        return said;
    }
}
