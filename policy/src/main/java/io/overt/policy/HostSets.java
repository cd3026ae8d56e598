package io.overt.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers the sets of hosts that a policy talks about while its index is filled. Confined to the
 * thread that compiles.
 */
final class HostSets {
    private final HostIndex.Builder index;
    private final Map<Integer, HostList> lists = new HashMap<>();
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

    /** The set is this list, besides what is added to it. */
    void put(int set, HostList list) {
        lists.put(set, list);
    }

    Hosts build() {
        return new Hosts(index.build(), lists);
    }
}
