package io.overt.control.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.BundleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyFolderTest {
    @TempDir Path folder;

    @Test
    void the_document_and_the_lists_it_names_are_read_and_nothing_else() throws Exception {
        write(
                "policy.yaml",
                "lists:\n  a: {file: lists/a.txt}\n  b: {file: b.txt}\n  gone: {file: gone.txt}\n");
        write("lists/a.txt", "a");
        write("b.txt", "b");
        write("c.txt", "not named");

        assertThat(PolicyFolder.read(folder).files())
                .map(BundleFile::getPath)
                .containsExactly("policy.yaml", "lists/a.txt", "b.txt");
    }

    @Test
    void
            a_document_of_any_name_is_submitted_as_policy_yaml_and_its_problems_are_told_by_its_own_name()
                    throws Exception {
        write("corporate.yaml", "policy: corporate\n");

        var read = PolicyFolder.read(folder.resolve("corporate.yaml"));

        assertThat(read.files()).map(BundleFile::getPath).containsExactly("policy.yaml");
        assertThat(
                        read.place(
                                Problem.newBuilder()
                                        .setFile("policy.yaml")
                                        .setLine(3)
                                        .setColumn(4)
                                        .build()))
                .isEqualTo(folder + "/corporate.yaml:3:4");
        assertThat(read.place(Problem.newBuilder().setFile("lists/a.txt").setLine(9).build()))
                .isEqualTo(folder + "/lists/a.txt:9");
    }

    @Test
    void a_document_that_is_not_yaml_is_submitted_for_the_compiler_to_tell() throws Exception {
        write("policy.yaml", "lists: [unclosed\n");

        assertThat(PolicyFolder.read(folder).files()).hasSize(1);
    }

    @Test
    void a_list_outside_of_the_folder_is_not_read() throws Exception {
        write("policy/policy.yaml", "lists:\n  a: {file: ../secret.txt}\n");
        write("secret.txt", "secret");

        assertThatThrownBy(() -> PolicyFolder.read(folder.resolve("policy")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "list file ../secret.txt lies outside of the policy's folder");
        write("policy/policy.yaml", "lists:\n  a: {file: /etc/hostname}\n");
        assertThatThrownBy(() -> PolicyFolder.read(folder.resolve("policy")))
                .isInstanceOf(IOException.class);
    }

    @Test
    void a_document_that_is_not_there_is_told_by_name() {
        assertThatThrownBy(() -> PolicyFolder.read(folder)).isInstanceOf(NoSuchFileException.class);
    }

    private void write(String name, String content) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, content);
    }
}
