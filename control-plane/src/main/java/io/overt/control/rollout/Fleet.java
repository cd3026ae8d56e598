package io.overt.control.rollout;

import java.util.List;

/** Edges, as far as rollouts go. Thread-safe. */
public interface Fleet {
    /** Every edge that was ever heard of. */
    List<EdgeReport> reports();

    /** Offers each connected edge what it is to have now. Must not block on an edge. */
    void retarget();

    /** Before there is one. */
    Fleet NONE =
            new Fleet() {
                @Override
                public List<EdgeReport> reports() {
                    return List.of();
                }

                @Override
                public void retarget() {}
            };
}
