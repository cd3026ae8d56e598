package io.overt.policy;

import java.util.List;

/** What came of compiling a {@link PolicySource}. */
public sealed interface Compilation {
    /**
     * A policy that can be used. Warnings are about what is allowed and probably not meant; empty
     * for most.
     */
    record Compiled(Policy policy, List<Problem> warnings) implements Compilation {
        public Compiled {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * No policy, and every problem that was found, in the order of files, lines and columns; at
     * least one.
     */
    record Rejected(List<Problem> problems) implements Compilation {
        public Rejected {
            problems = List.copyOf(problems);
            if (problems.isEmpty()) {
                throw new IllegalArgumentException("rejected without a problem");
            }
        }
    }
}
