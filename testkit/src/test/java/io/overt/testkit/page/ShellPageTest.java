package io.overt.testkit.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ShellPageTest {
    private static final String PAGE =
            """
            # A page

            ```sh
            one
            ```

            ```text
            first
            ```

            ```sh
            two
            three
            ```

            Words.

            ```text
            this belongs to nothing
            ```

            ```yaml
            no: shell
            ```
            """;

    @Test
    void a_block_is_a_script_and_the_text_right_behind_it() {
        assertThat(ShellPage.of(PAGE).blocks())
                .containsExactly(
                        new ShellPage.Block("one\n", Optional.of("first\n")),
                        new ShellPage.Block("two\nthree\n", Optional.empty()));
        assertThat(ShellPage.of(PAGE).script()).isEqualTo("one\n\ntwo\nthree\n");
    }

    @Test
    void an_output_is_what_the_page_has_line_by_line() {
        assertThat(block("a (b)\nc\n"))
                .satisfies(
                        block -> {
                            assertThat(block.prints("a (b)\nc\n")).isTrue();
                            assertThat(block.prints("a (b)  \nc\n")).isTrue();
                            assertThat(block.prints("a (b)\n")).isFalse();
                            assertThat(block.prints("a (b)\nc\nd\n")).isFalse();
                            assertThat(block.prints("a b\nc\n")).isFalse();
                        });
    }

    @Test
    void an_ellipsis_stands_for_a_part_of_a_line_or_alone_for_lines() {
        assertThat(block("…\nport … is open\n"))
                .satisfies(
                        block -> {
                            assertThat(block.prints("port 1 is open\n")).isTrue();
                            assertThat(block.prints("x\ny\nport 65535 is open\n")).isTrue();
                            assertThat(block.prints("port 1\n is open\n")).isFalse();
                            assertThat(block.prints("port 1 is shut\n")).isFalse();
                            assertThat(block.prints("port 1 is open\nx\n")).isFalse();
                        });
    }

    @Test
    void what_the_page_does_not_show_is_nothing() {
        ShellPage.Block silent = new ShellPage.Block("cd\n", Optional.empty());

        assertThat(silent.prints("")).isTrue();
        assertThat(silent.prints("cd: no such folder\n")).isFalse();
    }

    private static ShellPage.Block block(String printed) {
        return new ShellPage.Block("run\n", Optional.of(printed));
    }
}
