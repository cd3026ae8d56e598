package io.overt.policy;

import java.util.List;

/**
 * Numbers the sets of hosts that a policy talks about while its index is filled. Confined to the
 * thread that compiles.
 */
final class HostSets {
    private final HostIndex.Builder index;
    private int sets;

    HostSets(long seed) {
        this.index = new HostIndex.Builder(seed);
    }

    /** A new, empty set's number. */
    int next() {
        return sets++;
    }

    void add(int set, HostPattern pattern) {
        index.add(set, pattern);
    }

    /** A new set with these. */
    int of(List<HostPattern> patterns) {
        int set = next();
        patterns.forEach(pattern -> add(set, pattern));
        return set;
    }

    HostIndex build() {
        return index.build();
    }
}
