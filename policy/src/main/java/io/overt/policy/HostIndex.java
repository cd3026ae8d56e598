package io.overt.policy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All host names of a policy, each with the sets (a rule's {@code host} condition, a list) that it
 * puts a host into. A look-up goes over the name once, from right to left, and asks the table at
 * each label boundary, so it costs as many probes as the name has labels, whatever the number of
 * names and rules.
 *
 * <p>An open-addressing table over names that lie one after another in a byte array: about 40 bytes
 * a name, and no object for any. Names are compared byte by byte on a hit, so a collision of hashes
 * costs time and never a wrong answer; the hash is seeded with a digest of the policy, so that
 * nobody who writes a list can choose names that collide.
 */
final class HostIndex {
    /** What a host that no entry knows is in. Never changed. */
    static final BitSet NO_SETS = new BitSet();

    private final long seed;
    private final long[] slots;
    private final int[] nameAt;
    private final int[] membershipOf;
    private final List<Membership> memberships;
    private final byte[] names;
    private final int size;

    /**
     * The sets that an entry puts its own name into, and those that it puts the names below it
     * into.
     */
    private record Membership(List<Integer> exact, List<Integer> below) {}

    private HostIndex(Builder builder) {
        this.seed = builder.seed;
        this.slots = builder.slots;
        this.nameAt = Arrays.copyOf(builder.nameAt, builder.size);
        this.membershipOf = Arrays.copyOf(builder.membershipOf, builder.size);
        this.memberships = List.copyOf(builder.memberships);
        this.names = Arrays.copyOf(builder.names, builder.namesEnd);
        this.size = builder.size;
    }

    /** Number of different names in the table. */
    int size() {
        return size;
    }

    /** The sets that a host is in. Not to be changed. */
    BitSet setsOf(HostName host) {
        byte[] name = host.value().getBytes(StandardCharsets.ISO_8859_1);
        BitSet found = NO_SETS;
        long hash = seed;
        for (int i = name.length - 1; i >= 0; i--) {
            if (name[i] == '.') {
                int entry = find(slots, nameAt, names, name, i + 1, mix(hash));
                if (entry >= 0) {
                    found = plus(found, memberships.get(membershipOf[entry]).below());
                }
            }
            hash = step(hash, name[i]);
        }
        int entry = find(slots, nameAt, names, name, 0, mix(hash));
        return entry < 0 ? found : plus(found, memberships.get(membershipOf[entry]).exact());
    }

    private static BitSet plus(BitSet found, List<Integer> sets) {
        if (sets.isEmpty()) {
            return found;
        }
        BitSet result = found.isEmpty() ? new BitSet() : found;
        sets.forEach(result::set);
        return result;
    }

    /** The entry whose name is {@code name} from {@code start} on, or -1. */
    private static int find(
            long[] slots, int[] nameAt, byte[] names, byte[] name, int start, long hash) {
        int mask = slots.length - 1;
        for (int slot = (int) hash & mask; slots[slot] != EMPTY; slot = (slot + 1) & mask) {
            if (fingerprint(slots[slot]) == fingerprint(hash)) {
                int at = nameAt[entry(slots[slot])];
                int length = names[at] & 0xff;
                if (length == name.length - start
                        && Arrays.equals(
                                names, at + 1, at + 1 + length, name, start, name.length)) {
                    return entry(slots[slot]);
                }
            }
        }
        return -1;
    }

    // A slot holds the upper half of the hash, and the entry's number plus one so that an empty
    // slot is zero.
    private static int fingerprint(long slotOrHash) {
        return (int) (slotOrHash >>> 32);
    }

    private static int entry(long slot) {
        return (int) slot - 1;
    }

    // FNV-1a, byte by byte so that each suffix's hash is a step of the longer one's; mixed as in
    // MurmurHash3 because FNV
    // alone leaves the upper bits of short inputs alike.
    private static long step(long hash, byte b) {
        return (hash ^ (b & 0xff)) * 0x100000001b3L;
    }

    private static long mix(long hash) {
        long h = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }

    private static final long EMPTY = 0;

    /** Collects names; confined to the thread that compiles. */
    static final class Builder {
        private final long seed;
        private final List<Membership> memberships = new ArrayList<>();
        private final Map<Membership, Integer> numberOf = new HashMap<>();
        private long[] slots = new long[16];
        private int[] nameAt = new int[8];
        private int[] membershipOf = new int[8];
        private byte[] names = new byte[256];
        private int namesEnd;
        private int size;

        Builder(long seed) {
            this.seed = seed;
        }

        /**
         * Puts the names that {@code pattern} stands for into a set; more than once is as good as
         * once.
         */
        void add(int set, HostPattern pattern) {
            byte[] name = pattern.base().value().getBytes(StandardCharsets.ISO_8859_1);
            long hash = hashOf(name, 0, name.length);
            int entry = find(slots, nameAt, names, name, 0, hash);
            if (entry < 0) {
                entry = append(name, hash);
            }
            Membership known = memberships.get(membershipOf[entry]);
            membershipOf[entry] =
                    number(
                            switch (pattern.reach()) {
                                case EXACT ->
                                        new Membership(with(known.exact(), set), known.below());
                                case BELOW ->
                                        new Membership(known.exact(), with(known.below(), set));
                                case SUFFIX ->
                                        new Membership(
                                                with(known.exact(), set), with(known.below(), set));
                            });
        }

        HostIndex build() {
            return new HostIndex(this);
        }

        private static List<Integer> with(List<Integer> sets, int set) {
            if (sets.contains(set)) {
                return sets;
            }
            return Stream.concat(sets.stream(), Stream.of(set)).toList();
        }

        // Lists put thousands of names into the same sets: one object for all of them.
        private int number(Membership membership) {
            Integer known = numberOf.get(membership);
            if (known != null) {
                return known;
            }
            memberships.add(membership);
            numberOf.put(membership, memberships.size() - 1);
            return memberships.size() - 1;
        }

        private int append(byte[] name, long hash) {
            if (size == nameAt.length) {
                nameAt = Arrays.copyOf(nameAt, size * 2);
                membershipOf = Arrays.copyOf(membershipOf, size * 2);
            }
            if (namesEnd + 1 + name.length > names.length) {
                names = Arrays.copyOf(names, Math.max(names.length * 2, namesEnd + 256));
            }
            nameAt[size] = namesEnd;
            membershipOf[size] = number(new Membership(List.of(), List.of()));
            names[namesEnd] = (byte) name.length;
            System.arraycopy(name, 0, names, namesEnd + 1, name.length);
            namesEnd += 1 + name.length;
            size++;
            if (size * 2 > slots.length) {
                rehash();
            } else {
                place(slots, hash, size - 1);
            }
            return size - 1;
        }

        private void rehash() {
            slots = new long[slots.length * 2];
            for (int i = 0; i < size; i++) {
                int start = nameAt[i] + 1;
                place(slots, hashOf(names, start, start + (names[nameAt[i]] & 0xff)), i);
            }
        }

        private static void place(long[] slots, long hash, int entry) {
            int mask = slots.length - 1;
            int slot = (int) hash & mask;
            while (slots[slot] != EMPTY) {
                slot = (slot + 1) & mask;
            }
            slots[slot] = (hash & 0xffffffff00000000L) | (entry + 1);
        }

        private long hashOf(byte[] bytes, int from, int to) {
            long hash = seed;
            for (int i = to - 1; i >= from; i--) {
                hash = step(hash, bytes[i]);
            }
            return mix(hash);
        }
    }
}
