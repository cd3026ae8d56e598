package io.overt.policy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

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
     * into. Most names of a policy come from few lists, so that thousands of entries share one.
     */
    private record Membership(List<Integer> exact, List<Integer> below) {}

    private HostIndex(Builder builder) {
        this.seed = builder.seed;
        this.slots = builder.slots;
        this.nameAt = Arrays.copyOf(builder.nameAt, builder.size);
        this.membershipOf = new int[builder.size];
        this.names = Arrays.copyOf(builder.names, builder.namesEnd);
        this.size = builder.size;
        Map<Membership, Integer> numberOf = new LinkedHashMap<>();
        for (int entry = 0; entry < size; entry++) {
            Membership membership = builder.membership(entry);
            Integer known = numberOf.putIfAbsent(membership, numberOf.size());
            membershipOf[entry] = known == null ? numberOf.size() - 1 : known;
        }
        this.memberships = List.copyOf(numberOf.keySet());
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

    /**
     * Collects names; confined to the thread that compiles. What a name is put into is a chain of
     * numbers until the end, so that a name in many sets costs no more than many names in one.
     */
    static final class Builder {
        private final long seed;
        private long[] slots = new long[16];
        private int[] nameAt = new int[8];
        private int[] chainOf = new int[8];
        private byte[] names = new byte[256];
        private int namesEnd;
        private int size;
        private int[] linkSet = new int[8];
        private byte[] linkReach = new byte[8];
        private int[] linkNext = new int[8];
        private int links;

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
            if (links == linkSet.length) {
                linkSet = Arrays.copyOf(linkSet, links * 2);
                linkReach = Arrays.copyOf(linkReach, links * 2);
                linkNext = Arrays.copyOf(linkNext, links * 2);
            }
            linkSet[links] = set;
            linkReach[links] =
                    switch (pattern.reach()) {
                        case EXACT -> ITSELF;
                        case BELOW -> BELOW_IT;
                        case SUFFIX -> ITSELF | BELOW_IT;
                    };
            linkNext[links] = chainOf[entry];
            chainOf[entry] = links++;
        }

        HostIndex build() {
            return new HostIndex(this);
        }

        private Membership membership(int entry) {
            TreeSet<Integer> exact = new TreeSet<>();
            TreeSet<Integer> below = new TreeSet<>();
            for (int link = chainOf[entry]; link >= 0; link = linkNext[link]) {
                if ((linkReach[link] & ITSELF) != 0) {
                    exact.add(linkSet[link]);
                }
                if ((linkReach[link] & BELOW_IT) != 0) {
                    below.add(linkSet[link]);
                }
            }
            return new Membership(List.copyOf(exact), List.copyOf(below));
        }

        private int append(byte[] name, long hash) {
            if (size == nameAt.length) {
                nameAt = Arrays.copyOf(nameAt, size * 2);
                chainOf = Arrays.copyOf(chainOf, size * 2);
            }
            if (namesEnd + 1 + name.length > names.length) {
                names = Arrays.copyOf(names, Math.max(names.length * 2, namesEnd + 256));
            }
            nameAt[size] = namesEnd;
            chainOf[size] = -1;
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

        private static final byte ITSELF = 1;
        private static final byte BELOW_IT = 2;
    }
}
