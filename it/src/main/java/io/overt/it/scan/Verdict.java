package io.overt.it.scan;

import java.util.Collection;
import java.util.Locale;

/** How an edge compares with its references in one trait. */
enum Verdict {
    BETTER,
    SAME,
    WORSE,
    /** Neither is the better one. */
    DIFFERENT;

    /** Of a difference in rank, ours first. */
    static Verdict of(int difference) {
        return difference > 0 ? BETTER : difference < 0 ? WORSE : SAME;
    }

    /** Of verdicts against each reference: worse than one is worse, as good as one is no better. */
    static Verdict of(Collection<Verdict> each) {
        if (each.contains(WORSE)) {
            return WORSE;
        }
        if (each.contains(SAME)) {
            return SAME;
        }
        return each.contains(BETTER) ? BETTER : DIFFERENT;
    }

    /** As the table has it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
