package io.overt.control.author;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The longest common subsequence, as reviewers read it. Pure. */
final class LineDiff {

    /**
     * Lines with {@code +}, {@code -} or a blank before them, with a little around each change;
     * empty when nothing differs. Documents too long for it are told whole, old and new.
     */
    static List<String> unified(List<String> before, List<String> after) {
        if (before.equals(after)) {
            return List.of();
        }
        if ((long) before.size() * after.size() > MOST_CELLS) {
            var all = new ArrayList<String>();
            before.forEach(line -> all.add("-" + line));
            after.forEach(line -> all.add("+" + line));
            return all;
        }
        int[][] lengths = lengths(before, after);
        var lines = new ArrayList<String>();
        int i = 0;
        int j = 0;
        while (i < before.size() || j < after.size()) {
            if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
                lines.add(" " + before.get(i++));
                j++;
            } else if (j >= after.size()
                    || (i < before.size() && lengths[i + 1][j] >= lengths[i][j + 1])) {
                lines.add("-" + before.get(i++));
            } else {
                lines.add("+" + after.get(j++));
            }
        }
        return around(lines);
    }

    /** What stands in the same order in both. */
    static Set<String> common(List<String> before, List<String> after) {
        int[][] lengths = lengths(before, after);
        var common = new HashSet<String>();
        int i = 0;
        int j = 0;
        while (i < before.size() && j < after.size()) {
            if (before.get(i).equals(after.get(j))) {
                common.add(before.get(i++));
                j++;
            } else if (lengths[i + 1][j] >= lengths[i][j + 1]) {
                i++;
            } else {
                j++;
            }
        }
        return common;
    }

    private static int[][] lengths(List<String> before, List<String> after) {
        var lengths = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                lengths[i][j] =
                        before.get(i).equals(after.get(j))
                                ? lengths[i + 1][j + 1] + 1
                                : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
            }
        }
        return lengths;
    }

    private static List<String> around(List<String> lines) {
        var kept = new ArrayList<String>();
        boolean gap = false;
        for (int i = 0; i < lines.size(); i++) {
            boolean near = false;
            for (int k = Math.max(0, i - AROUND);
                    k <= Math.min(lines.size() - 1, i + AROUND);
                    k++) {
                near |= lines.get(k).charAt(0) != ' ';
            }
            if (near) {
                kept.add(lines.get(i));
            } else if (!gap) {
                kept.add("…");
            }
            gap = !near;
        }
        return kept;
    }

    private static final int AROUND = 2;

    /** 16 MB of counts. */
    private static final long MOST_CELLS = 4_000_000;

    private LineDiff() {}
}
