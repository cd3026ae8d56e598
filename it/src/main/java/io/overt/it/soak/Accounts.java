package io.overt.it.soak;

import io.overt.it.cluster.ProcessCluster.EdgeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What three sides say about the connections of one edge: the clients, its records, its counters.
 *
 * @param edge its name
 * @param made by the clients
 * @param counted by the edge
 * @param recorded by outcome and reason
 * @param fates as the clients saw them
 */
record Accounts(
        String edge, long made, long counted, Map<String, Long> recorded, Map<String, Long> fates) {

    /** Takes them; nothing may be open at the edge. */
    static Accounts of(Ground ground, EdgeProcess edge, Load load)
            throws IOException, InterruptedException {
        return new Accounts(
                edge.name(),
                load.made(edge.name()),
                (long) ground.cluster().sum(edge.name(), "overt_edge_connections_total"),
                recorded(edge),
                load.fates());
    }

    /** In which they differ, and outcomes that no rule names. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        long records = recorded.values().stream().mapToLong(Long::longValue).sum();
        if (made != records || made != counted) {
            faults.add(
                    "%s: %d connections made, %d records, %d counted (expected: the same)"
                            .formatted(edge, made, records, counted));
        }
        same(faults, "inspected", recorded.getOrDefault("inspect rule", 0L));
        same(
                faults,
                "spliced",
                recorded.entrySet().stream()
                        .filter(each -> each.getKey().startsWith("splice "))
                        .mapToLong(Map.Entry::getValue)
                        .sum());
        recorded.forEach(
                (fate, count) -> {
                    if (!Ground.named(fate)) {
                        faults.add(
                                "%s: %d times %s, which the rule does not name"
                                        .formatted(edge, count, fate));
                    }
                });
        return faults;
    }

    private void same(List<String> faults, String fate, long records) {
        long seen = fates.getOrDefault(edge + " " + fate, 0L);
        if (seen != records) {
            faults.add(
                    "%s: %d %s by the clients' account, %d by its records"
                            .formatted(edge, seen, fate, records));
        }
    }

    private static Map<String, Long> recorded(EdgeProcess edge) throws IOException {
        Map<String, Long> recorded = new TreeMap<>();
        try (Stream<String> lines = Files.lines(edge.records())) {
            lines.forEach(
                    line -> {
                        Matcher found = FATE.matcher(line);
                        recorded.merge(
                                found.find() ? found.group(1) + " " + found.group(2) : line,
                                1L,
                                Long::sum);
                    });
        }
        return recorded;
    }

    private static final Pattern FATE =
            Pattern.compile("\"outcome\":\"([^\"]*)\",\"reason\":\"([^\"]*)\"");
}
