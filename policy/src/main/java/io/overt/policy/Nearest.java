package io.overt.policy;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The known word that a misspelt one probably meant. */
final class Nearest {
    private Nearest() {}

    private record Candidate(String word, int distance) {}

    /** The nearest of {@code known}, when it is near enough to be worth a question. */
    static Optional<String> to(String word, Collection<String> known) {
        if (word.length() > LONGEST) {
            return Optional.empty();
        }
        String lower = word.toLowerCase(Locale.ROOT);
        return known.stream()
                .sorted()
                .filter(
                        candidate ->
                                Math.abs(candidate.length() - lower.length()) <= near(candidate))
                .map(candidate -> new Candidate(candidate, distance(lower, candidate)))
                .filter(candidate -> candidate.distance() <= near(candidate.word()))
                .min(Comparator.comparingInt(Candidate::distance))
                .map(Candidate::word);
    }

    /** {@code , did you mean `host`?} or what was expected. */
    static String hint(String word, Collection<String> known) {
        return to(word, known)
                .map(nearest -> ", did you mean `" + nearest + "`?")
                .orElseGet(() -> " (expected: " + expected(known) + ")");
    }

    private static String expected(Collection<String> known) {
        return switch (known.size()) {
            case 0 -> "none";
            default ->
                    known.size() > MOST_SHOWN
                            ? "one of " + known.size()
                            : String.join(", ", known.stream().sorted().toList());
        };
    }

    private static int near(String candidate) {
        return candidate.length() <= 3 ? 1 : 2;
    }

    /** Insertions, deletions, changes and swaps of neighbours that lead from one to the other. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] =
                        Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }

    private static final int LONGEST = 64;
    private static final int MOST_SHOWN = 16;
}
