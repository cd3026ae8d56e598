package io.overt.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code docs/spec/checklist.md} to the tests: every row is there and has a test or a reason,
 * and every test that is named exists and says itself which rows it holds.
 */
class ChecklistTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ""), "..");
    private static final Path PAGE = ROOT.resolve("docs/spec/checklist.md");

    /**
     * One row of the page.
     *
     * @param tests {@code Class} or {@code Class.method}
     */
    private record Row(int number, List<String> tests, String reason) {}

    @Test
    void every_row_has_a_test_or_a_reason() throws IOException {
        assertThat(rows()).extracting(Row::number).containsExactlyElementsOf(numbers(1, 73));
        assertThat(rows()).allMatch(row -> !row.tests().isEmpty() || !row.reason().isBlank());
    }

    @Test
    void every_test_that_is_named_is_there_and_says_so() throws IOException {
        var sources = testSources();
        var wrong = new ArrayList<String>();
        for (var row : rows()) {
            for (var test : row.tests()) {
                if (!holds(sources, test, row.number())) {
                    wrong.add("row %d: %s".formatted(row.number(), test));
                }
            }
        }
        assertThat(wrong).as("tests that are not there or have no comment 'checklist N'").isEmpty();
    }

    /** Some classes share a name; one of them that holds the row is enough. */
    private static boolean holds(Map<String, List<String>> sources, String test, int row) {
        var dot = test.indexOf('.');
        var candidates = sources.getOrDefault(dot < 0 ? test : test.substring(0, dot), List.of());
        return candidates.stream()
                .map(source -> dot < 0 ? source : method(source, test.substring(dot + 1)))
                .anyMatch(text -> saysItHolds(text, row));
    }

    /**
     * From the end of what comes before the method to its own end, and what the class says of
     * itself; empty if there is no such method.
     */
    private static String method(String source, String name) {
        var declared = Pattern.compile("\\bvoid " + Pattern.quote(name) + "\\(").matcher(source);
        if (!declared.find()) {
            return "";
        }
        var before = source.substring(0, declared.start());
        var from = Math.max(before.lastIndexOf("\n    }\n"), before.lastIndexOf("\n\n"));
        var end = source.indexOf("\n    }\n", declared.end());
        var header = source.substring(0, Math.max(0, source.indexOf("\n@", source.indexOf("/**"))));
        return header + source.substring(Math.max(0, from), end < 0 ? source.length() : end);
    }

    private static boolean saysItHolds(String text, int row) {
        return COMMENT.matcher(text)
                .results()
                .flatMap(found -> NUMBER.matcher(found.group(1)).results())
                .map(MatchResult::group)
                .anyMatch(Integer.toString(row)::equals);
    }

    private static List<Row> rows() throws IOException {
        var rows = new TreeMap<Integer, Row>();
        for (var line : Files.readAllLines(PAGE)) {
            var cells = line.split("\\|", -1);
            if (cells.length == 6 && cells[1].strip().matches("[0-9]+")) {
                var number = Integer.parseInt(cells[1].strip());
                var tests = TEST.matcher(cells[3]).results().map(found -> found.group(1)).toList();
                assertThat(rows.put(number, new Row(number, tests, cells[4])))
                        .as("row %d twice", number)
                        .isNull();
            }
        }
        return List.copyOf(rows.values());
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toList();
    }

    private static Map<String, List<String>> testSources() throws IOException {
        var sources = new HashMap<String, List<String>>();
        try (var files = Files.find(ROOT, 14, (file, _) -> isTestSource(file))) {
            for (var file : files.toList()) {
                var name = file.getFileName().toString().replace(".java", "");
                sources.computeIfAbsent(name, _ -> new ArrayList<>()).add(Files.readString(file));
            }
        }
        return sources;
    }

    private static boolean isTestSource(Path file) {
        return file.toString().endsWith(".java") && file.toString().contains("/src/test/java/");
    }

    private static final Pattern COMMENT =
            Pattern.compile("checklist ([0-9]+(?:(?:,| and) ?[0-9]+)*)");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final Pattern TEST = Pattern.compile("`([A-Za-z0-9_.]+)`");
}
