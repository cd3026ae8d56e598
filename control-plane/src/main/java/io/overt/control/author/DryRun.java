package io.overt.control.author;

import io.overt.policy.Policy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Two policies over recorded connections: whose fate changes. Takes one record after the other and
 * keeps counts, of a bounded number of hosts, so that any number of records may come. Confined to
 * one thread.
 */
public final class DryRun {
    private final Policy before;
    private final Policy after;
    private final int mostGroups;
    private final Map<Change, Long> changes = new LinkedHashMap<>();
    private final Map<Move, Long> moves = new LinkedHashMap<>();
    private final Map<String, Long> uncertain = new TreeMap<>();
    private final List<BadLine> firstBad = new ArrayList<>();
    private long lines;
    private long neverAsked;
    private long unreadable;
    private long decided;
    private long changed;
    private long otherRule;
    private long beyond;
    private long notAsRecorded;

    /** From one rule's outcome to another's. */
    public record Move(Fate before, Fate after) {}

    /** The same, for one host. */
    public record Change(String host, Move move) {}

    /** A count of something. */
    public record Counted<T>(T what, long records) {}

    /** A line that is no record. */
    public record BadLine(String file, long line, String why) {}

    /**
     * What came of it.
     *
     * @param lines all of them: {@code unreadable}, {@code neverAsked} and {@code decided} together
     * @param neverAsked connections that ended before a policy was asked
     * @param decided those that both policies were asked about
     * @param changed of these, those whose outcome differs
     * @param otherRule of these, those with the same outcome by another rule
     * @param uncertain of these, those that rest on a fact that is not recorded, by the fact; not
     *     counted as changed
     * @param notAsRecorded of these, those that the earlier policy decides by another rule than the
     *     record names: another version decided them
     * @param moves changed ones by rules and outcomes, most first
     * @param changes the same by host, most first
     * @param beyond changed ones whose hosts are not in {@code changes}, because there are too many
     * @param firstBad the first of the unreadable lines
     */
    public record Report(
            long lines,
            long unreadable,
            long neverAsked,
            long decided,
            long changed,
            long otherRule,
            long notAsRecorded,
            Map<String, Long> uncertain,
            List<Counted<Move>> moves,
            List<Counted<Change>> changes,
            long beyond,
            List<BadLine> firstBad) {}

    /**
     * Nothing counted yet.
     *
     * @param mostGroups how many different changes of hosts are kept apart
     */
    public DryRun(Policy before, Policy after, int mostGroups) {
        this.before = before;
        this.after = after;
        this.mostGroups = mostGroups;
    }

    /** Takes a line of an edge's records; {@code file} and {@code number} name it in the report. */
    public void accept(String file, long number, String line) {
        lines++;
        switch (RecordedConnection.read(line)) {
            case RecordedConnection.Reading.NeverAsked() -> neverAsked++;
            case RecordedConnection.Reading.Decidable(var connection) -> compare(connection);
            case RecordedConnection.Reading.Unreadable(var why) -> bad(file, number, why);
        }
    }

    /** Takes a line that was too long to be held. */
    public void acceptOversized(String file, long number, int longest) {
        lines++;
        bad(file, number, "longer than " + longest + " bytes");
    }

    private void bad(String file, long number, String why) {
        unreadable++;
        if (firstBad.size() < BAD_LINES_SHOWN) {
            firstBad.add(new BadLine(file, number, why));
        }
    }

    private void compare(RecordedConnection connection) {
        decided++;
        var found =
                connection.alternatives().stream()
                        .map(
                                facts ->
                                        new Move(
                                                Fate.of(before, facts, connection.failure()),
                                                Fate.of(after, facts, connection.failure())))
                        .distinct()
                        .toList();
        if (connection.rule().isPresent()
                && found.stream()
                        .noneMatch(
                                move ->
                                        move.before()
                                                .rule()
                                                .equals(connection.rule().orElseThrow()))) {
            notAsRecorded++;
        }
        if (found.size() > 1 && found.stream().anyMatch(DryRun::differs)) {
            uncertain.merge(connection.notRecorded(), 1L, Long::sum);
            return;
        }
        var move = found.getFirst();
        if (!differs(move)) {
            otherRule += move.before().rule().equals(move.after().rule()) ? 0 : 1;
            return;
        }
        changed++;
        moves.merge(move, 1L, Long::sum);
        var change = new Change(connection.host(), move);
        if (changes.size() < mostGroups || changes.containsKey(change)) {
            changes.merge(change, 1L, Long::sum);
        } else {
            beyond++;
        }
    }

    private static boolean differs(Move move) {
        return !move.before().outcome().equals(move.after().outcome());
    }

    /** What has been counted so far. */
    public Report report() {
        return new Report(
                lines,
                unreadable,
                neverAsked,
                decided,
                changed,
                otherRule,
                notAsRecorded,
                Map.copyOf(uncertain),
                counted(moves),
                counted(changes),
                beyond,
                List.copyOf(firstBad));
    }

    private static <T> List<Counted<T>> counted(Map<T, Long> counts) {
        return counts.entrySet().stream()
                .map(entry -> new Counted<>(entry.getKey(), entry.getValue()))
                .sorted(
                        Comparator.<Counted<T>>comparingLong(Counted::records)
                                .reversed()
                                .thenComparing(each -> each.what().toString()))
                .toList();
    }

    private static final int BAD_LINES_SHOWN = 5;
}
