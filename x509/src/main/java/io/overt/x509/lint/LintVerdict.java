package io.overt.x509.lint;

import java.util.List;
import java.util.stream.Collectors;

/** What the rules say of a TBSCertificate. */
public sealed interface LintVerdict {
    /** No rule is broken. */
    record Clean(LintedTbs tbs) implements LintVerdict {}

    /**
     * Not to be signed.
     *
     * @param defects at least one, in the order of the fields
     */
    record Defective(List<Defect> defects) implements LintVerdict {
        public Defective {
            defects = List.copyOf(defects);
            if (defects.isEmpty()) {
                throw new IllegalArgumentException("defective without a defect");
            }
        }

        /** All of them, for a message. */
        public String summary() {
            return defects.stream().map(Defect::toString).collect(Collectors.joining("; "));
        }
    }
}
