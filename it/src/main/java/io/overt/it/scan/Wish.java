package io.overt.it.scan;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/** Which of two answers is the better one. */
enum Wish {
    YES,
    NO,
    /** Of two lists the shorter one, if the other has all of it. */
    FEWER,
    /** A matter of taste, which is written down and not judged. */
    NEITHER;

    /**
     * How an answer compares with a reference's.
     *
     * @param ours and the reference's as {@link Answers} writes them
     */
    Verdict judge(String ours, String reference) {
        return switch (this) {
            case NEITHER -> ours.equals(reference) ? Verdict.SAME : Verdict.DIFFERENT;
            case FEWER -> fewer(members(ours), members(reference));
            case YES, NO ->
                    // Of a reference that failed nothing is known: only the best is good enough.
                    Verdict.of(
                            rank(ours) - (reference.equals(Answers.FAILED) ? 2 : rank(reference)));
        };
    }

    private static Verdict fewer(Set<String> ours, Set<String> reference) {
        return ours.equals(reference)
                ? Verdict.SAME
                : reference.containsAll(ours) ? Verdict.BETTER : Verdict.WORSE;
    }

    private static Set<String> members(String list) {
        return list.equals(Answers.NOTHING)
                ? Set.of()
                : new TreeSet<>(Arrays.asList(list.split(Answers.SEPARATOR)));
    }

    /** A probe that failed may have met anything, so it counts as the worst. */
    private int rank(String answer) {
        return switch (answer) {
            case Answers.YES -> this == YES ? 2 : 0;
            case Answers.PARTLY -> 1;
            case Answers.NO, Answers.NOTHING -> this == YES ? 0 : 2;
            case Answers.FAILED -> 0;
            default ->
                    throw new IllegalArgumentException(
                            answer + " (expected: an answer to a question of yes or no)");
        };
    }
}
