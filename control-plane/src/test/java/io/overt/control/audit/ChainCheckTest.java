package io.overt.control.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.store.AuditRow;
import io.overt.control.store.AuditStore;
import io.overt.control.store.TestStores;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChainCheckTest {
    private List<AuditRow> rows = List.of();
    private List<String> lines = List.of();

    @BeforeEach
    void write() throws Exception {
        var kept = TestStores.configured().makeWithTables();
        try (var database = kept.open()) {
            var store = new AuditStore(database);
            var trail =
                    new AuditTrail(
                            store,
                            "overt://hq/control/c1",
                            Clock.systemUTC(),
                            new SimpleMeterRegistry());
            for (int i = 1; i <= 5; i++) {
                trail.tell("step." + i, Map.of("n", i));
            }
            rows = store.from(1, 100);
            lines = new ArrayList<>(rows.stream().map(AuditRow::line).toList());
        } finally {
            kept.remove();
        }
    }

    @Test
    void a_whole_trail_has_its_last_line_as_head() {
        var check = check(lines, Optional.empty());
        assertThat(check.broken()).isEmpty();
        assertThat(check.head()).isEqualTo(head(5));
    }

    @Test
    void a_changed_line_is_noticed_by_the_one_behind_it() {
        lines.set(2, lines.get(2).replace("step.3", "step.9"));
        assertThat(check(lines, Optional.empty()).broken())
                .hasValueSatisfying(
                        broken -> {
                            assertThat(broken.sequence()).isEqualTo(4);
                            assertThat(broken.why()).startsWith("continues a line with hash ");
                        });
    }

    @Test
    void a_missing_line_is_named() {
        lines.remove(2);
        assertThat(check(lines, Optional.empty()).broken())
                .hasValue(new ChainCheck.Broken(3, "is numbered 4 (expected: 3)"));
    }

    @Test
    void so_is_one_that_is_there_twice_and_one_that_is_none() {
        var twice = new ArrayList<>(lines);
        twice.add(3, lines.get(2));
        assertThat(check(twice, Optional.empty()).broken())
                .hasValue(new ChainCheck.Broken(4, "is numbered 3 (expected: 4)"));
        for (var none : List.of("", "{}", "[]", "{\"sequence\":\"x\",\"previous\":\"\"}", "{")) {
            lines.set(3, none);
            assertThat(check(lines, Optional.empty()).broken())
                    .hasValueSatisfying(
                            broken -> {
                                assertThat(broken.sequence()).isEqualTo(4);
                                assertThat(broken.why())
                                        .startsWith("is not a line of an audit trail");
                            });
        }
    }

    @Test
    void a_trail_that_was_cut_off_is_whole_and_does_not_reach_a_known_head() {
        var cut = lines.subList(0, 3);
        assertThat(check(cut, Optional.empty()).broken()).isEmpty();
        var check = check(cut, Optional.of(head(5)));
        assertThat(check.broken()).isEmpty();
        assertThat(check.known()).isEqualTo(ChainCheck.Known.MISSING);
        assertThat(check(lines, Optional.of(head(4))).known()).isEqualTo(ChainCheck.Known.FOUND);
    }

    @Test
    void one_that_was_written_anew_contradicts_a_known_head() throws Exception {
        var known = head(4);
        write();
        var check = check(lines, Optional.of(known));
        assertThat(check.broken())
                .hasValueSatisfying(
                        broken -> {
                            assertThat(broken.sequence()).isEqualTo(4);
                            assertThat(broken.why()).contains("as was written down");
                        });
    }

    @Test
    void part_of_a_trail_is_verified_behind_the_line_before_it() {
        var check = new ChainCheck(head(2), Optional.empty());
        lines.subList(2, 5).forEach(check::line);
        assertThat(check.broken()).isEmpty();
        assertThat(check.head()).isEqualTo(head(5));
    }

    @Test
    void columns_that_say_something_else_than_the_line_break_it_too() {
        var check = new ChainCheck(Optional.empty());
        IntStream.range(0, 5)
                .mapToObj(rows::get)
                .map(row -> row.sequence() == 3 ? renamed(row) : row)
                .forEach(check::row);
        assertThat(check.broken())
                .hasValue(
                        new ChainCheck.Broken(
                                3,
                                "is kept under actor overt://hq/operator/innocent (expected:"
                                        + " overt://hq/control/c1, as the line says)"));
    }

    private static AuditRow renamed(AuditRow row) {
        var fields = row.fields();
        return new AuditRow(
                row.sequence(),
                new AuditRow.Fields(
                        fields.at(),
                        fields.kind(),
                        "overt://hq/operator/innocent",
                        fields.method(),
                        fields.outcome(),
                        fields.process(),
                        fields.request()),
                row.line(),
                row.hash());
    }

    private TrailHead head(int sequence) {
        return new TrailHead(sequence, rows.get(sequence - 1).hash());
    }

    private static ChainCheck check(List<String> lines, Optional<TrailHead> known) {
        var check = new ChainCheck(known);
        lines.forEach(check::line);
        return check;
    }
}
