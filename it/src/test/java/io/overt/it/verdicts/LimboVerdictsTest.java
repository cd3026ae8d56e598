package io.overt.it.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.it.verdicts.CaseVerdict.Result;
import io.overt.x509.SignatureMaths;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains that nobody here made, against what their makers expect. */
class LimboVerdictsTest {
    private static final Path CHAINS = Path.of("src/test/resources/chains");
    private static final Path LIMBO = CHAINS.resolve("x509-limbo-2023-12-02.json.xz");
    private static final Path BETTERTLS = CHAINS.resolve("bettertls-sample.json.xz");
    private static final Path DIVERGENCES = Path.of("../docs/spec/divergences.md");

    /**
     * The file's certificates are valid for a thousand years; the cases with a time of their own
     * say so.
     */
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);

    private static final Pattern ROW =
            Pattern.compile("^\\| `([a-z0-9:.-]+)` \\| (accepted|refused) \\|", Pattern.MULTILINE);

    @TempDir Path folder;

    // checklist 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 23, 24
    @Test
    void limbo_is_judged_as_expected_but_where_the_divergences_say_so() throws Exception {
        Set<String> deviating = new TreeSet<>();
        List<CaseVerdict> verdicts = new ArrayList<>();
        new LimboFile(LIMBO)
                .forEach(
                        limbo -> {
                            CaseVerdict verdict = judge().judge(limbo);
                            verdicts.add(verdict);
                            if (!verdict.result().name().equals(limbo.expectedResult())) {
                                deviating.add(limbo.id() + " " + did(verdict));
                            }
                        });

        assertThat(verdicts).hasSize(135);
        assertThat(deviating).isEqualTo(listed("## Cases of 2023"));
        assertThat(deviating)
                .filteredOn(each -> each.endsWith("refused"))
                .hasSizeLessThanOrEqualTo(2);
        assertThat(verdicts)
                .extracting(CaseVerdict::reason)
                .noneMatch(text -> text.contains("INTERNAL"));
    }

    // checklist 9, 13, 16, 23
    @Test
    void every_case_of_BetterTLS_is_judged_as_expected() throws Exception {
        List<String> deviating = new ArrayList<>();
        int[] cases = {0};
        new LimboFile(BETTERTLS)
                .forEach(
                        limbo -> {
                            cases[0]++;
                            CaseVerdict verdict = judge().judge(limbo);
                            if (!verdict.result().name().equals(limbo.expectedResult())) {
                                deviating.add(verdict.row());
                            }
                        });

        assertThat(cases[0]).isEqualTo(581);
        assertThat(deviating).isEmpty();
    }

    // checklist 24
    @Test
    void no_case_takes_a_second() throws Exception {
        judge().judge(first());
        List<String> slow = new ArrayList<>();
        new LimboFile(LIMBO)
                .forEach(
                        limbo -> {
                            long before = cpu();
                            judge().judge(limbo);
                            Duration taken = Duration.ofNanos(cpu() - before);
                            if (taken.compareTo(Duration.ofSeconds(1)) >= 0) {
                                slow.add(limbo.id() + " " + taken);
                            }
                        });

        assertThat(slow).isEmpty();
    }

    @Test
    void command_prints_the_table_and_nothing_else() throws Exception {
        Output output = run(LIMBO.toString());

        assertThat(output.status()).isZero();
        assertThat(output.table().lines())
                .hasSize(135)
                .allMatch(line -> line.matches("[^\t]+\t(SUCCESS|FAILURE)\t[^\t]+"));
        assertThat(output.messages()).startsWith("135 cases: ");
    }

    @Test
    void cases_of_clients_are_left_out_and_unknown_fields_passed_over() throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("cases.json"),
                        """
                        {"version": 2, "later": {"x": [1]}, "testcases": [
                          {"id": "a", "validation_kind": "CLIENT"},
                          {"id": "b", "validation_kind": "SERVER", "novel": true, "peer_certificate": "?"},
                          {"id": "c", "validation_kind": "SERVER", "peer_certificate":
                             "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n"}
                        ]}
                        """);

        Output output = run(file.toString());

        assertThat(output.status()).isZero();
        assertThat(output.table().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("b\tFAILURE\tUNREADABLE: "),
                        line -> assertThat(line).startsWith("c\tFAILURE\tUNREADABLE: "));
        assertThat(output.messages()).contains("1 cases not of a server left out");
    }

    @Test
    void a_file_that_cannot_be_read_is_one_line_and_status_2() throws Exception {
        Path garbage = Files.writeString(folder.resolve("garbage.json"), "no json");
        Path empty = Files.writeString(folder.resolve("empty.json"), "{}");
        Path packed = Files.writeString(folder.resolve("packed.json.xz"), "not packed");

        for (String argument :
                List.of(
                        folder.resolve("absent.json").toString(),
                        folder.toString(),
                        garbage.toString(),
                        empty.toString(),
                        packed.toString())) {
            Output output = run(argument);

            assertThat(output.status()).as(argument).isEqualTo(2);
            assertThat(output.table()).as(argument).isEmpty();
            assertThat(output.messages().lines()).as(argument).hasSize(1);
            assertThat(output.messages()).startsWith("overt verdicts: " + argument + ": ");
        }
        assertThat(run().status()).isEqualTo(2);
    }

    private record Output(int status, String table, String messages) {}

    private static Output run(String... arguments) {
        var table = new ByteArrayOutputStream();
        var messages = new ByteArrayOutputStream();
        int status =
                Verdicts.run(
                        arguments,
                        new PrintStream(table, true, StandardCharsets.UTF_8),
                        new PrintStream(messages, true, StandardCharsets.UTF_8));
        return new Output(
                status,
                table.toString(StandardCharsets.UTF_8),
                messages.toString(StandardCharsets.UTF_8));
    }

    private static CaseJudge judge() {
        return new CaseJudge(SignatureMaths.ofJdk(), CLOCK);
    }

    private static LimboCase first() throws IOException {
        List<LimboCase> cases = new ArrayList<>();
        new LimboFile(LIMBO).forEach(cases::add);
        return cases.getFirst();
    }

    private static long cpu() {
        return java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static String did(CaseVerdict verdict) {
        return verdict.result() == Result.SUCCESS ? "accepted" : "refused";
    }

    private static Set<String> listed(String heading) throws IOException {
        String page = Files.readString(DIVERGENCES);
        String section = page.substring(page.indexOf(heading) + heading.length());
        int next = section.indexOf("\n## ");
        Matcher rows = ROW.matcher(next < 0 ? section : section.substring(0, next));
        Set<String> listed = new TreeSet<>();
        while (rows.find()) {
            listed.add(rows.group(1) + " " + rows.group(2));
        }
        return listed;
    }
}
