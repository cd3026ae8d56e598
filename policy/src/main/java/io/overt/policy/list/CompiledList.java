package io.overt.policy.list;

import io.overt.policy.HostList;
import io.overt.policy.HostName;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * A compiled list, looked up where it lies. On the heap are the directories: twenty-four bytes and
 * a digest for each page, eight for each block of sixteen names, together less than a byte a name.
 * What is known of one page or block lies together: a look-up waits for memory more than for the
 * processor. One search finds the last name that is not above the
 * one asked for: it is that name, or the one above it that reaches below itself, or the host is not
 * in the list, for nothing stands between a name and those below it.
 */
public final class CompiledList implements HostList {
    /** Version of the form that this reads. */
    public static final int FORM = Layout.VERSION;

    private final MemorySegment file;
    private final long names;
    private final long[] firstSample;
    /** For each page two: the second eight octets of its first name, and {@link #packed}. */
    private final long[] page;

    /** For each block its sample in the upper half, and in the lower where it begins. */
    private final long[] block;

    private final ListTree tree;

    /** What a file is as a list. */
    public sealed interface Opening {
        /** It is one, and the only form of its set of names. */
        record Opened(CompiledList list) implements Opening {}

        /** It is none; {@code why} says what was found and what was expected. */
        record Damaged(String why) implements Opening {}
    }

    /**
     * Reads the whole file once and believes nothing of it. Costs about what merging its names
     * costs. The memory must not change or go away as long as the list is in use.
     */
    public static Opening open(MemorySegment file) {
        return new ListReader(file).read();
    }

    /**
     * The same of a file that {@link #open} has said yes to before, wherever it has been since: its
     * pages are held against the digest and not taken apart, which costs about a tenth. The digest
     * must be from whom one believes: what has it is, byte for byte, what was opened then.
     */
    public static Opening reopen(MemorySegment file, ListTree.Digest id) {
        return new ListReader(file).read(id);
    }

    /** For the reader alone, which has looked at every octet. */
    CompiledList(MemorySegment file, long names, long[] firstSample, int[] pageAt, ListTree tree) {
        this.file = file;
        this.names = names;
        this.firstSample = firstSample;
        // One page more than there are, so that each has an end.
        this.page = new long[2 * (pageAt.length + 1)];
        int blocks = 0;
        for (int at : pageAt) {
            blocks += blocksOf(at);
        }
        this.block = new long[blocks + 1];
        int next = 0;
        for (int number = 0; number < pageAt.length; number++) {
            int at = pageAt[number];
            page[2 * number + 1] = packed(at, next, octet(at + Layout.PAGE_COMMON_AT));
            long entry = at + (long) Layout.PAGE_HEADER;
            for (int end = next + blocksOf(at); next < end; next++) {
                block[next] =
                        (long) file.get(Layout.INT, entry) << 32
                                | (at + (file.get(Layout.SHORT, entry + 4) & 0xffff));
                entry += Layout.DIRECTORY_ENTRY;
            }
            page[2 * number] = secondSampleOf(begins(block[firstBlock(number)]));
        }
        page[2 * pageAt.length + 1] = packed((int) file.byteSize(), next, 0);
        block[next] = file.byteSize();
        this.tree = tree;
    }

    private int blocksOf(int pageAt) {
        int names = file.get(Layout.SHORT, (long) pageAt + Layout.PAGE_NAMES_AT) & 0xffff;
        return (names + Layout.NAMES_IN_BLOCK - 1) / Layout.NAMES_IN_BLOCK;
    }

    // A file has less than 2^31 octets, and a block more than 32: what is known of a page fits.
    private static long packed(int at, int firstBlock, int common) {
        return (long) at << 33 | (long) firstBlock << 8 | common;
    }

    private int at(int number) {
        return (int) (page[2 * number + 1] >>> 33);
    }

    private int firstBlock(int number) {
        return (int) (page[2 * number + 1] >>> 8) & 0x1ffffff;
    }

    private static int begins(long block) {
        return (int) block;
    }

    private static int sample(long block) {
        return (int) (block >>> 32);
    }

    private long secondSampleOf(int firstBlock) {
        int at = firstBlock;
        int length = octet(at + 1) & Layout.SHORT_LENGTH;
        at += 2;
        if (length == Layout.SHORT_LENGTH) {
            length = octet(at++);
        }
        long sample = 0;
        for (int i = Long.BYTES; i < 2 * Long.BYTES; i++) {
            sample = sample << 8 | (i < length ? octet(at + i) : 0);
        }
        return sample;
    }

    @Override
    public long size() {
        return names;
    }

    /** Length of the file. */
    public long octets() {
        return file.byteSize();
    }

    /** Its digests; the root's names the list. */
    public ListTree tree() {
        return tree;
    }

    /** Number of pages. */
    public int pages() {
        return firstSample.length;
    }

    /** The octets of a page; a view, not a copy. */
    public MemorySegment page(int number) {
        return file.asSlice(at(number), at(number + 1) - at(number));
    }

    /**
     * The names in it, in the order of the file; {@code *.} or {@code .} before those that reach.
     */
    public void forEach(Consumer<String> patterns) {
        ListReader.names(
                file,
                (key, length, reach) -> {
                    String name = NameKey.name(key, length).value();
                    patterns.accept(
                            switch (reach) {
                                case Layout.ITSELF -> name;
                                case Layout.BELOW_IT -> "*." + name;
                                default -> "." + name;
                            });
                });
    }

    @Override
    public boolean contains(HostName host) {
        byte[] key = NameKey.of(host);
        int number = pageOf(key);
        return number >= 0 && pageContains(number, key);
    }

    /** The last page that does not begin above the key; -1 where all do. */
    private int pageOf(byte[] key) {
        long first = sample(key, 0);
        long second = sample(key, Long.BYTES);
        int low = 0;
        int high = firstSample.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Long.compareUnsigned(firstSample[middle], first);
            if (order == 0) {
                order = Long.compareUnsigned(page[2 * middle], second);
                if (order == 0) {
                    order = compareFirst(begins(block[firstBlock(middle)]), key);
                }
            }
            if (order <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private boolean pageContains(int number, byte[] key) {
        int common = (int) page[2 * number + 1] & 0xff;
        if (key.length < common || !beginsAs(number, key, common)) {
            // Above all names of the page, and below none of them.
            return false;
        }
        int sample = PageWriter.sample(key, common, key.length);
        int low = firstBlock(number) + 1;
        int high = firstBlock(number + 1) - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Integer.compareUnsigned(sample(block[middle]), sample);
            if (order == 0) {
                order = compareFirst(begins(block[middle]), key);
            }
            if (order <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        // A page ends where its last block does; after it is the head of the next one.
        int end =
                high + 1 < firstBlock(number + 1) ? begins(block[high + 1]) : at(number + 1);
        return blockContains(begins(block[high]), end, key);
    }

    private boolean beginsAs(int number, byte[] key, int length) {
        for (int i = 0; i < Math.min(length, 2 * Long.BYTES); i++) {
            long sample = i < Long.BYTES ? firstSample[number] : page[2 * number];
            if ((byte) (sample >>> (8 * (Long.BYTES - 1 - i % Long.BYTES))) != key[i]) {
                return false;
            }
        }
        if (length > 2 * Long.BYTES) {
            int first = begins(block[firstBlock(number)]);
            first += head(first);
            for (int i = 2 * Long.BYTES; i < length; i++) {
                if (file.get(Layout.BYTE, (long) first + i) != key[i]) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Walks over the names of a block up to the last one that is not above the key. How many octets
     * the name before has in common with the key is all that has to be remembered of it: a name
     * that has more in common with the one before differs from the key where that one did, and is
     * below it too; one that has less is above the key.
     */
    private boolean blockContains(int start, int end, byte[] key) {
        int at = start;
        int matched = 0;
        int length = 0;
        int reach = 0;
        while (at < end) {
            int shared = octet(at);
            int second = octet(at + 1);
            int further = second & Layout.SHORT_LENGTH;
            at += 2;
            if (further == Layout.SHORT_LENGTH) {
                further = octet(at++);
            }
            if (shared < matched) {
                break;
            }
            if (shared == matched) {
                int same = 0;
                while (same < further
                        && matched + same < key.length
                        && file.get(Layout.BYTE, (long) at + same) == key[matched + same]) {
                    same++;
                }
                boolean above =
                        same < further
                                && (matched + same == key.length
                                        || octet(at + same) > (key[matched + same] & 0xff));
                if (above) {
                    break;
                }
                matched += same;
            }
            length = shared + further;
            reach = second >>> Layout.REACH_SHIFT;
            at += further;
        }
        if (matched != length) {
            return false;
        }
        return length == key.length
                ? (reach & Layout.ITSELF) != 0
                : (reach & Layout.BELOW_IT) != 0 && key[length] == NameKey.SEPARATOR;
    }

    /** How the first name of a block compares with the key. */
    private int compareFirst(int block, byte[] key) {
        int at = block;
        int length = octet(at + 1) & Layout.SHORT_LENGTH;
        at += 2;
        if (length == Layout.SHORT_LENGTH) {
            length = octet(at++);
        }
        int both = Math.min(length, key.length);
        for (int i = 0; i < both; i++) {
            int order = octet(at + i) - (key[i] & 0xff);
            if (order != 0) {
                return order;
            }
        }
        return length - key.length;
    }

    private int head(int entryAt) {
        return (octet(entryAt + 1) & Layout.SHORT_LENGTH) == Layout.SHORT_LENGTH ? 3 : 2;
    }

    private int octet(int at) {
        return file.get(Layout.BYTE, at) & 0xff;
    }

    /** The first eight octets of a key as a number; what is not there counts as zero. */
    static long firstSample(byte[] key) {
        return sample(key, 0);
    }

    private static long sample(byte[] key, int from) {
        if (from + Long.BYTES <= key.length) {
            return (long) LONGS.get(key, from);
        }
        long sample = 0;
        for (int i = from; i < from + Long.BYTES; i++) {
            sample = sample << 8 | (i < key.length ? key[i] & 0xff : 0);
        }
        return sample;
    }

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    @Override
    public String toString() {
        return "CompiledList[" + tree.id() + ", " + names + " names]";
    }
}
