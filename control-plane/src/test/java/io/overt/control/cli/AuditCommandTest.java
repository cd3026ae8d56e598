package io.overt.control.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.control.TestControlConfig;
import io.overt.control.TestControlPlane;
import io.overt.control.audit.AuditTrail;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code overtctl audit} against a whole control plane, and against files without any. */
class AuditCommandTest {
    @TempDir Path folder;
    private TestControlPlane plane;

    @BeforeEach
    void start() throws Exception {
        plane =
                new TestControlPlane(
                        new TestControlConfig(folder)
                                .with(
                                        """
                                        access:
                                          grants:
                                            - {certificate: "overt://*/operator/ann", roles: [operator]}
                                            - {certificate: "overt://*/operator/vic", roles: [viewer]}
                                            - {certificate: "overt://*/operator/sue", roles: [security]}
                                        """));
        Files.writeString(
                Files.createDirectory(folder.resolve("policy")).resolve("policy.yaml"),
                """
                policy: corporate
                rules:
                  - name: default
                    then: block
                """);
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
    }

    @Test
    void a_publication_is_there_with_its_intent_and_what_became_of_it() throws Exception {
        assertThat(operator("apply", policy())).startsWith("0 ");

        var list = viewer("audit", "list", "--actor", "overt://hq/operator/ann", "-o", "json");
        assertThat(list)
                .contains("\"method\":\"overt.control.v1.PolicyAdmin/Publish\",\"outcome\":\"OK\"")
                .contains("\"outcome\":\"pending\"")
                .contains("\\\"version\\\":\\\"1\\\"")
                .doesNotContain("name: default");
        assertThat(list.split("\"sequence\":", -1)).hasSize(3);
    }

    @Test
    void a_refusal_is_there_with_who_wanted_what() throws Exception {
        assertThat(viewer("apply", policy()))
                .isEqualTo(
                        "3 control plane: overt://hq/operator/vic (expected: a caller of role operator)\n");

        assertThat(viewer("audit", "list", "--kind", "refusal").lines().map(AuditCommandTest::few))
                .containsExactly(
                        "0 LINE KIND ACTOR METHOD OUTCOME",
                        "2 refusal overt://hq/operator/vic overt.control.v1.PolicyAdmin/Publish PERMISSION_DENIED");
        assertThat(viewer("audit", "list", "--outcome", "ok").lines().map(AuditCommandTest::few))
                .containsExactly(
                        "0 LINE KIND ACTOR METHOD OUTCOME",
                        "1 event overt://hq/control/control-1 control-plane.started OK");
    }

    @Test
    void what_was_exported_is_verified_without_a_control_plane() throws Exception {
        operator("apply", policy());
        var file = folder.resolve("trail.jsonl");
        assertThat(security("audit", "export", file.toString()))
                .isEqualTo("0 4 lines in " + file + "\n");
        // The export is an act of its own, and by now it has its outcome.
        assertThat(viewer("audit", "verify")).startsWith("0 whole, its head is 5:");

        var nowhere = nowhere();
        var verified = run(nowhere, "audit", "verify", file.toString());
        assertThat(verified).startsWith("0 whole, its head is 4:");
        var head = verified.strip().substring("0 whole, its head is ".length());
        assertThat(viewer("audit", "verify", "--head", head)).startsWith("0 whole");
        assertThat(
                        run(
                                nowhere,
                                "audit",
                                "verify",
                                file.toString(),
                                "--head",
                                "9:" + "a".repeat(64)))
                .isEqualTo(
                        "9 cut off: it ends with "
                                + head
                                + " (expected: to reach 9:"
                                + "a".repeat(64)
                                + ")\n");

        var lines = Files.readAllLines(file);
        lines.set(1, lines.get(1).replace("operator/ann", "operator/bob"));
        Files.write(file, lines);
        assertThat(run(nowhere, "audit", "verify", file.toString()))
                .startsWith("9 broken: line 3 continues a line with hash ");
    }

    @Test
    void an_export_overwrites_nothing_and_is_for_the_security_team() throws Exception {
        var file = Files.writeString(folder.resolve("trail.jsonl"), "mine");
        assertThat(security("audit", "export", file.toString())).startsWith("2 ");
        assertThat(file).hasContent("mine");
        assertThat(viewer("audit", "export", folder.resolve("other").toString()))
                .isEqualTo(
                        "3 control plane: overt://hq/operator/vic (expected: a caller of role security)\n");
    }

    @Test
    void somebody_who_changes_a_line_in_the_database_is_found_out() throws Exception {
        operator("apply", policy());
        plane.store().unprotect("audit_record");
        plane.store()
                .execute(
                        "UPDATE audit_record SET line = replace(line, 'operator/ann', 'operator/bob') WHERE sequence = 2");
        assertThat(viewer("audit", "verify"))
                .startsWith("9 broken: line 2 has not the hash that was kept with it");
    }

    @Test
    void an_act_that_cannot_be_audited_is_not_done() throws Exception {
        plane.store().breakInserts("audit_record", "NEW.sequence > 0");
        assertThat(operator("apply", policy()))
                .isEqualTo(
                        "3 control plane: UNAVAILABLE: the audit trail cannot be written: nothing was done\n");
        assertThat(viewer("versions", "-o", "json")).isEqualTo("0 []\n");
    }

    @Test
    void one_whose_outcome_cannot_be_audited_is_not_called_done() throws Exception {
        plane.store().breakInserts("audit_record", "NEW.kind = 'outcome'");
        assertThat(operator("apply", policy()))
                .isEqualTo(
                        "3 control plane: UNAVAILABLE: the audit trail cannot be written: it was done, and only its"
                                + " intent is on record\n");
        plane.store().mendInserts("audit_record");
        plane.restart();

        assertThat(viewer("audit", "list", "-o", "json"))
                .contains(
                        "\"method\":\"overt.control.v1.PolicyAdmin/Publish\",\"outcome\":\"UNKNOWN\"")
                .contains(AuditTrail.STARTED);
        assertThat(viewer("audit", "verify")).startsWith("0 whole");
    }

    @Test
    void a_head_that_is_none_is_a_mistake_on_the_command_line() throws Exception {
        assertThat(viewer("audit", "verify", "--head", "5"))
                .startsWith("2 --head: 5 (expected: NUMBER:HASH");
    }

    private String operator(String... args) throws Exception {
        return plane.overtctl("operator", "ann", args);
    }

    private String viewer(String... args) throws Exception {
        return plane.overtctl("operator", "vic", args);
    }

    private String security(String... args) throws Exception {
        return plane.overtctl("operator", "sue", args);
    }

    private String policy() {
        return folder.resolve("policy").toString();
    }

    private Path nowhere() {
        return folder.resolve("no such configuration");
    }

    private static String run(Path config, String... args) {
        return TestControlPlane.overtctl(
                java.util.Map.of("OVERTCTL_CONFIG", config.toString()), args);
    }

    /** Without what is another at each run. */
    private static String few(String line) {
        var words = line.split(" +");
        return line.startsWith("0 ")
                ? String.join(" ", words[0], words[1], words[3], words[4], words[5], words[6])
                : String.join(" ", words[0], words[2], words[3], words[4], words[5]);
    }
}
