package io.overt.policy;

import java.util.BitSet;
import java.util.Map;
import java.util.Optional;

/**
 * Every set of hosts that a policy talks about, wherever it lies: what the document says and small
 * lists in one index on the heap, large lists in their compiled form. Conditions ask by number and
 * know no difference. Immutable.
 */
final class Hosts {
    private final HostIndex index;
    private final Map<Integer, HostList> lists;

    Hosts(HostIndex index, Map<Integer, HostList> lists) {
        this.index = index;
        this.lists = Map.copyOf(lists);
    }

    /** The sets that a host is in; none where there is no host. */
    Membership of(Optional<HostName> host) {
        return new Membership(host.map(index::setsOf).orElse(HostIndex.NO_SETS), host);
    }

    /**
     * The sets that one host is in. A compiled list is asked when a condition first wants to know,
     * and once. Confined to one decision.
     */
    final class Membership {
        private final BitSet inIndex;
        private final Optional<HostName> host;
        private final BitSet asked = new BitSet();
        private final BitSet inList = new BitSet();

        private Membership(BitSet inIndex, Optional<HostName> host) {
            this.inIndex = inIndex;
            this.host = host;
        }

        boolean in(int set) {
            return inIndex.get(set) || (!lists.isEmpty() && isInList(set));
        }

        private boolean isInList(int set) {
            HostList list = lists.get(set);
            if (list == null || host.isEmpty()) {
                return false;
            }
            if (!asked.get(set)) {
                asked.set(set);
                inList.set(set, list.contains(host.get()));
            }
            return inList.get(set);
        }
    }
}
