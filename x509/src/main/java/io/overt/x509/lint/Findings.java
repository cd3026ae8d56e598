package io.overt.x509.lint;

import io.overt.x509.MalformedDerException;
import java.util.ArrayList;
import java.util.List;

/** Gathers defects. Confined to one run of the linter. */
final class Findings {
    private final List<Defect> found = new ArrayList<>();

    /** Reads a value that may be of another form than the rule knows. */
    interface Check {
        void run() throws MalformedDerException;
    }

    void add(LintRule rule, String detail) {
        found.add(new Defect(rule, detail));
    }

    void require(boolean holds, LintRule rule, String otherwise) {
        if (!holds) {
            add(rule, otherwise);
        }
    }

    /** What cannot be read breaks the rule that wants to read it. */
    void reading(LintRule rule, Check check) {
        try {
            check.run();
        } catch (MalformedDerException e) {
            add(rule, e.what());
        }
    }

    List<Defect> found() {
        return found;
    }
}
