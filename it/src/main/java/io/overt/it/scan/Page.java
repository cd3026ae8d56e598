package io.overt.it.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The tables in {@code docs/spec/tls-legs.md}, each between two markers, and the list of what is
 * worse and why in {@code docs/spec/tls-legs-explained.md}.
 */
final class Page {
    private final Path tables;
    private final Path explained;

    /** Of the tree with that root. */
    Page(Path root) {
        this.tables = root.resolve("docs/spec/tls-legs.md");
        this.explained = root.resolve("docs/spec/tls-legs-explained.md");
    }

    /** A table as it stands on the page. */
    static String table(Leg leg, List<Row> rows) {
        var head = Stream.concat(Stream.of("Property", "Edge"), leg.references().stream());
        String titles = line(Stream.concat(head, Stream.of("Verdict")));
        return Stream.of(
                        Stream.of(titles, titles.replaceAll("[^|]+", "---")),
                        rows.stream().map(Page::line))
                .flatMap(each -> each)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String line(Row row) {
        return line(
                Stream.of(
                                Stream.of(row.trait().title(), row.edge()),
                                row.references().stream(),
                                Stream.of(row.verdict().word()))
                        .flatMap(each -> each));
    }

    private static String line(Stream<String> cells) {
        return cells.collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** Puts a table in the place of the one that is there. */
    void replace(Leg leg, List<Row> rows) throws IOException {
        String page = Files.readString(tables);
        int begin = page.indexOf(begin(leg)) + begin(leg).length();
        int end = page.indexOf(end(leg));
        Files.writeString(
                tables, page.substring(0, begin) + "\n" + table(leg, rows) + page.substring(end));
    }

    /** The cells of each line of the table on the page, its head left out. */
    List<List<String>> cells(Leg leg) throws IOException {
        String page = Files.readString(tables);
        return page.substring(page.indexOf(begin(leg)), page.indexOf(end(leg)))
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(1)
                .map(Page::cells)
                .toList();
    }

    /** The reason for each row that is worse, by leg and the trait's title. */
    Map<String, String> explained() throws IOException {
        Map<String, String> reasons = new TreeMap<>();
        for (String line : Files.readAllLines(explained)) {
            List<String> cells = cells(line);
            if (cells.size() == 3
                    && Arrays.stream(Leg.values())
                            .anyMatch(leg -> leg.word().equals(cells.getFirst()))) {
                if (reasons.put(cells.get(0) + ": " + cells.get(1), cells.get(2)) != null) {
                    throw new IOException(explained + ": twice: " + line);
                }
            }
        }
        return reasons;
    }

    /**
     * What is worse and not explained, and what is explained and not worse; empty when it agrees.
     */
    static List<String> disagreements(List<Row> rows, Map<String, String> explained) {
        Map<String, String> unused = new TreeMap<>(explained);
        List<String> wrong = new ArrayList<>();
        for (Row row : rows) {
            String name = row.leg().word() + ": " + row.trait().title();
            String reason = unused.remove(name);
            boolean worse = row.verdict() == Verdict.WORSE;
            if (worse && reason == null) {
                wrong.add(
                        "%s: %s (references: %s): worse, and not explained"
                                .formatted(name, row.edge(), row.references()));
            } else if (!worse && reason != null) {
                wrong.add("%s: explained, and not worse".formatted(name));
            }
        }
        unused.keySet().forEach(name -> wrong.add(name + ": explained, and no such row"));
        return wrong;
    }

    private static List<String> cells(String line) {
        String[] cells = line.split("\\|", -1);
        return Arrays.stream(cells)
                .limit(Math.max(0, cells.length - 1))
                .skip(1)
                .map(String::strip)
                .toList();
    }

    private static String begin(Leg leg) {
        return "<!-- ./overt scan: " + leg.word() + " leg -->";
    }

    private static String end(Leg leg) {
        return "<!-- ./overt scan: end of the " + leg.word() + " leg -->";
    }
}
