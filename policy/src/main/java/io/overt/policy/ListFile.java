package io.overt.policy;

import io.overt.policy.Yaml.Position;

/** Reads a list: one host pattern a line, {@code #} begins a comment, empty lines are nothing. */
final class ListFile {
    private ListFile() {}

    static void read(String text, int set, HostSets sets, Problems problems) {
        int line = 0;
        int wrong = 0;
        int names = 0;
        for (int start = 0; start < text.length(); ) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end;
            line++;
            String whole = text.substring(start, end);
            start = end + 1;
            int comment = whole.indexOf('#');
            String entry = (comment < 0 ? whole : whole.substring(0, comment)).strip();
            if (entry.isEmpty()) {
                continue;
            }
            switch (read(entry)) {
                case HostPattern.Reading.Pattern(HostPattern pattern) -> {
                    names++;
                    sets.add(set, pattern);
                }
                case HostPattern.Reading.NotAPattern(String why) -> {
                    wrong++;
                    if (wrong <= Limits.PROBLEMS_OF_A_LIST) {
                        problems.add(at(line, whole, entry), Fields.quoted(entry) + ": " + why);
                    }
                }
            }
        }
        if (wrong > Limits.PROBLEMS_OF_A_LIST) {
            problems.add(
                    new Position(line, 1),
                    "and " + (wrong - Limits.PROBLEMS_OF_A_LIST) + " more lines that are wrong");
        }
        if (names == 0 && wrong == 0) {
            problems.warn(Position.START, "has no names, so it matches nothing");
        }
    }

    private static HostPattern.Reading read(String entry) {
        boolean words = entry.chars().anyMatch(Character::isWhitespace);
        return words
                ? new HostPattern.Reading.NotAPattern("several words (expected: one name a line)")
                : HostPattern.read(entry);
    }

    private static Position at(int line, String whole, String entry) {
        return new Position(line, 1 + whole.codePointCount(0, whole.indexOf(entry)));
    }
}
