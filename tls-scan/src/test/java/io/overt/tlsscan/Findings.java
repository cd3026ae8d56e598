package io.overt.tlsscan;

import de.rub.nds.scanner.core.config.ExecutorConfig;
import de.rub.nds.scanner.core.config.ScannerDetail;
import de.rub.nds.scanner.core.probe.ProbeType;
import de.rub.nds.scanner.core.probe.result.CollectionResult;
import de.rub.nds.scanner.core.probe.result.ObjectResult;
import de.rub.nds.scanner.core.probe.result.TestResult;
import de.rub.nds.scanner.core.probe.result.TestResults;
import de.rub.nds.scanner.core.report.ScanReport;
import de.rub.nds.tlsscanner.core.constants.TlsProbeType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What both halves of the scanner are set to, and how what they found is written down. */
final class Findings {
    private Findings() {}

    /**
     * Two probes at a time: most of the time goes into waiting for peers to say nothing. What can
     * be done to a ticket takes longer than all the rest together and is left out: the edge issues
     * none, as the probe for tickets sees.
     *
     * @param besides probes to leave out, too
     */
    static void set(ExecutorConfig executor, ProbeType... besides) {
        executor.setScanDetail(ScannerDetail.QUICK);
        executor.setPostAnalysisDetail(ScannerDetail.QUICK);
        executor.setReportDetail(ScannerDetail.ALL);
        executor.setParallelProbes(2);
        executor.setOverallThreads(4);
        List<ProbeType> excluded = new ArrayList<>(List.of(besides));
        excluded.add(TlsProbeType.SESSION_TICKET_MANIPULATION);
        excluded.add(TlsProbeType.SESSION_TICKET_PADDING_ORACLE);
        excluded.add(TlsProbeType.SESSION_TICKET_COLLECTOR);
        executor.setExcludedProbes(excluded);
    }

    /**
     * Writes {@code PROPERTY<TAB>value} for each property, sorted; values that are collections have
     * a comma between their members, which are sorted too. Probes that did not run come as {@code
     * !PROBE<TAB>not run}.
     */
    static void write(ScanReport report, Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        for (var each : Map.copyOf(report.getResultMap()).entrySet()) {
            text(each.getValue()).ifPresent(text -> lines.add(each.getKey() + "\t" + text));
        }
        for (ProbeType probe : report.getUnexecutedProbeTypes()) {
            lines.add("!" + probe + "\tnot run");
        }
        Files.writeString(
                file, lines.stream().sorted().collect(Collectors.joining("\n", "", "\n")));
    }

    /** Empty for what is neither an answer nor a set of names: raw measurements. */
    private static Optional<String> text(TestResult result) {
        return switch (result) {
            case TestResults known -> Optional.of(known.name());
            case CollectionResult<?> many ->
                    Optional.ofNullable(many.getCollection())
                            .map(
                                    all ->
                                            all.stream()
                                                    .map(String::valueOf)
                                                    .map(Findings::oneLine)
                                                    .sorted()
                                                    .distinct()
                                                    .collect(Collectors.joining(",")));
            case ObjectResult<?> one ->
                    Optional.ofNullable(one.getValue()).map(String::valueOf).map(Findings::oneLine);
            default -> Optional.empty();
        };
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }

    private static final int LONGEST = 2_000;
}
