package io.overt.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * A text in which {@code *} stands for any run of characters, the empty one included; nothing else
 * is special. Matching takes the leftmost place for each piece and never goes back, so that no
 * pattern and no input make it slow.
 */
final class Glob {
    private final List<String> pieces;
    private final Case compared;

    enum Case {
        AS_IS,
        IGNORED
    }

    private Glob(List<String> pieces, Case compared) {
        this.pieces = pieces;
        this.compared = compared;
    }

    static Glob of(String pattern, Case compared) {
        return of(pattern, compared, UnaryOperator.identity());
    }

    /** A glob whose literal pieces are first normalised as what it will be matched with is. */
    static Glob of(String pattern, Case compared, UnaryOperator<String> normal) {
        List<String> pieces = new ArrayList<>();
        for (String piece : pattern.split("\\*", -1)) {
            String text = normal.apply(piece);
            pieces.add(compared == Case.IGNORED ? text.toLowerCase(Locale.ROOT) : text);
        }
        return new Glob(List.copyOf(pieces), compared);
    }

    static boolean anyMatches(List<Glob> globs, String text) {
        return globs.stream().anyMatch(glob -> glob.matches(text));
    }

    boolean matches(String input) {
        String text = compared == Case.IGNORED ? input.toLowerCase(Locale.ROOT) : input;
        String first = pieces.getFirst();
        if (pieces.size() == 1) {
            return text.equals(first);
        }
        String last = pieces.getLast();
        int end = text.length() - last.length();
        if (!text.startsWith(first) || end < first.length() || !text.endsWith(last)) {
            return false;
        }
        int at = first.length();
        for (String piece : pieces.subList(1, pieces.size() - 1)) {
            int found = text.indexOf(piece, at);
            if (found < 0 || found + piece.length() > end) {
                return false;
            }
            at = found + piece.length();
        }
        return true;
    }

    @Override
    public String toString() {
        return String.join("*", pieces);
    }
}
