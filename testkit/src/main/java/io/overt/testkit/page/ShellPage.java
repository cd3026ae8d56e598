package io.overt.testkit.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of the documentation that a test follows word for word: its blocks of {@code sh}, and what
 * the page says that they print. Immutable.
 *
 * @param blocks in the page's order
 */
public record ShellPage(List<Block> blocks) {
    public ShellPage {
        blocks = List.copyOf(blocks);
    }

    /**
     * A block.
     *
     * @param script as it stands there
     * @param printed the block of {@code text} right behind it, as it stands there; empty where
     *     there is none
     */
    public record Block(String script, Optional<String> printed) {

        /**
         * Whether the block prints this. {@code …} on the page stands for what is different each
         * time: for anything in a line, or, alone, for any number of lines. Blanks at the end of a
         * line count for nothing.
         */
        public boolean prints(String output) {
            return Pattern.compile(
                            printed.orElse("")
                                    .lines()
                                    .map(Block::pattern)
                                    .collect(Collectors.joining()))
                    .matcher(output)
                    .matches();
        }

        private static String pattern(String line) {
            return line.equals(VARIES)
                    ? "(?:.*\n)*"
                    : Stream.of(line.split(VARIES, -1))
                                    .map(Pattern::quote)
                                    .collect(Collectors.joining(".*"))
                            + " *\n";
        }
    }

    /**
     * The blocks of a page.
     *
     * @throws IOException when it cannot be read
     */
    public static ShellPage read(Path page) throws IOException {
        return of(Files.readString(page));
    }

    /** The blocks of a page, or of a part of one, in Markdown. */
    public static ShellPage of(String page) {
        return new ShellPage(
                BLOCK.matcher(page)
                        .results()
                        .map(each -> new Block(each.group(1), Optional.ofNullable(each.group(2))))
                        .toList());
    }

    /** All of them, one after the other. */
    public String script() {
        return blocks.stream().map(Block::script).collect(Collectors.joining("\n"));
    }

    private static final String VARIES = "…";
    private static final Pattern BLOCK =
            Pattern.compile("(?ms)^```sh\n(.*?)^```$(?:\\s*^```text\n(.*?)^```$)?");
}
