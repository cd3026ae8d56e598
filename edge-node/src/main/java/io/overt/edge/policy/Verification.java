package io.overt.edge.policy;

import io.overt.proto.control.v1.Problem;
import java.util.List;

/** What came of verifying a bundle. */
sealed interface Verification {

    /** It is what a pinned key signed. */
    record Verified(VerifiedBundle bundle) implements Verification {}

    /**
     * It is not.
     *
     * @param version the version that a good signature names; 0 when nothing that it says can be
     *     believed
     * @param problems at least one
     */
    record Refused(long version, List<Problem> problems) implements Verification {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
