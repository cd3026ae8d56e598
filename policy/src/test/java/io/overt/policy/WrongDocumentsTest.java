package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

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
}
