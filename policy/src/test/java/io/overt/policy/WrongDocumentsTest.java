package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way of being wrong that people have, with all that the compiler says about it. */
final class WrongDocumentsTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("io.overt.policy.Documents#wrong")
    void a_wrong_document_is_rejected_with_every_problem_at_its_place(Documents.Wrong wrong) {
        assertThat(wrong.expected()).isNotEmpty();

        assertThat(Documents.rejection(wrong.source())).isEqualTo(wrong.expected());
    }

    @Test
    void the_table_is_read_whole() {
        assertThat(Documents.wrong()).hasSizeGreaterThanOrEqualTo(80);
    }

    // What "every wrong input in a table of 60 gets its message with position" asks for, and more.
    @Test
    void every_kind_of_file_has_its_wrong_inputs_and_every_message_has_its_place() {
        List<Documents.Wrong> all =
                Stream.concat(Documents.wrong(), Documents.wrong("wrong-tests.txt")).toList();
        List<String> messages = all.stream().flatMap(wrong -> wrong.expected().lines()).toList();

        assertThat(all).hasSizeGreaterThanOrEqualTo(100);
        assertThat(messages)
                .allSatisfy(
                        message ->
                                assertThat(message).matches("[\\w./-]+:[1-9]\\d*:[1-9]\\d*: .+"));
        assertThat(messages.stream().filter(message -> message.startsWith("policy.yaml:")))
                .hasSizeGreaterThanOrEqualTo(100);
        assertThat(messages.stream().filter(message -> message.startsWith("policy.test.yaml:")))
                .hasSizeGreaterThanOrEqualTo(40);
        assertThat(messages.stream().filter(message -> message.matches("[\\w/-]+\\.txt:.*")))
                .hasSizeGreaterThanOrEqualTo(20);
        assertThat(
                        all.stream()
                                .map(wrong -> wrong.source().files().get(PolicySource.DOCUMENT))
                                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                                .filter(text -> text.contains("\nhttp:")))
                .hasSizeGreaterThanOrEqualTo(8);
    }
}
