package io.overt.edge.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.flow.Ending;
import io.overt.edge.flow.Outcome;
import io.overt.edge.flow.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/records.md} lists exactly the vocabularies that the code has. */
final class RecordsPageTest {
    private static final Pattern ROW = Pattern.compile("^\\| `([a-z-]+)` \\|");

    @Test
    void every_outcome_is_explained_and_no_other() throws IOException {
        assertThat(rowsUnder("Outcomes")).isEqualTo(texts(Outcome.values(), Outcome::text));
    }

    @Test
    void every_reason_is_explained_and_no_other() throws IOException {
        assertThat(rowsUnder("Reasons")).isEqualTo(texts(Reason.values(), Reason::text));
    }

    @Test
    void every_ending_is_explained_and_no_other() throws IOException {
        assertThat(rowsUnder("Endings")).isEqualTo(texts(Ending.values(), Ending::text));
    }

    private static <T> List<String> texts(T[] values, Function<T, String> text) {
        return Arrays.stream(values).map(text).toList();
    }

    private static List<String> rowsUnder(String title) throws IOException {
        return Files.readAllLines(Path.of("../docs/records.md")).stream()
                .dropWhile(line -> !line.equals("## " + title))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .map(ROW::matcher)
                .filter(row -> row.find() && !row.group(1).isEmpty())
                .map(row -> row.group(1))
                .filter(value -> !List.of("outcome", "reason", "ending").contains(value))
                .toList();
    }
}
