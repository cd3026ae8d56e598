package io.overt.service.config;

import java.util.Collection;
import java.util.Comparator;

/** Finds what somebody may have meant. */
final class NearestKey {

    /** In brackets: the nearest known key, or all of them when none is near. */
    static String hint(String unknown, Collection<String> known) {
        if (known.isEmpty()) {
            return "(expected: no keys here)";
        }
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(unknown, candidate)))
                .filter(
                        candidate ->
                                distance(unknown, candidate) <= Math.max(2, candidate.length() / 3))
                .map(candidate -> "(did you mean: " + candidate + "?)")
                .orElseGet(() -> "(expected one of: " + String.join(", ", known) + ")");
    }

    /** Levenshtein's distance; keys are short. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    private NearestKey() {}
}
