package io.overt.edge.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.flow.Ending;
import io.overt.edge.flow.Outcome;
import io.overt.edge.flow.Reason;
import io.overt.edge.revocation.RevocationStanding;
import io.overt.policy.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The documentation's tables say what the code says. */
class RecordsPageTest {
    private static final Path PAGE = Path.of("../docs/records.md");

    @Test
    void every_reason_is_listed_with_its_outcomes_and_its_rule_key() throws IOException {
        assertThat(rows("## Reasons").stream().map(RecordsPageTest::withoutWords))
                .containsExactlyElementsOf(
                        Arrays.stream(Reason.values()).map(RecordsPageTest::row).toList());
    }

    @Test
    void every_outcome_and_ending_is_listed() throws IOException {
        assertThat(rows("## Outcomes").stream().map(row -> row.split("\\|")[1].strip()))
                .containsExactlyElementsOf(
                        Arrays.stream(Outcome.values())
                                .map(each -> "`" + each.text() + "`")
                                .toList());
        assertThat(rows("## Endings").stream().map(row -> row.split("\\|")[1].strip()))
                .containsExactlyElementsOf(
                        Arrays.stream(Ending.values())
                                .map(each -> "`" + each.text() + "`")
                                .toList());
    }

    @Test
    void every_standing_of_revocation_is_listed() throws IOException {
        assertThat(rows("## Revocation").stream().map(row -> row.split("\\|")[1].strip()))
                .containsExactlyElementsOf(
                        Arrays.stream(RevocationStanding.values())
                                .map(each -> "`" + each.text() + "`")
                                .toList());
    }

    private static String row(Reason reason) {
        var outcomes =
                Arrays.stream(Outcome.values())
                        .filter(reason.outcomes()::contains)
                        .map(Outcome::text)
                        .collect(Collectors.joining(", "));
        var key = reason.failure().map(Failure::key).map(each -> "`" + each + "`").orElse("");
        return "`" + reason.text() + "`|" + outcomes + "|" + key;
    }

    private static String withoutWords(String row) {
        var cells = row.split("\\|");
        return cells[1].strip() + "|" + cells[2].strip() + "|" + cells[3].strip();
    }

    /** The rows of the first table below a heading, without its head. */
    private static List<String> rows(String heading) throws IOException {
        return Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.equals(heading))
                .dropWhile(line -> !line.startsWith("|---"))
                .skip(1)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }
}
