package io.overt.policy.list;

import io.overt.policy.HostList;
import io.overt.policy.HostName;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * A compiled list, looked up where it lies. On the heap are sixteen bytes a page and its digest,
 * which is less than a tenth of a byte a name. One search finds the last name that is not above the
 * one asked for: it is that name, or the one above it that reaches below itself, or the host is not
 * in the list, for nothing stands between a name and those below it.
 */
public final class CompiledList implements HostList {
    /** Version of the form that this reads. */
    public static final int FORM = Layout.VERSION;

    private final MemorySegment file;
    private final long names;
    private final long[] firstSample;
    private final int[] pageAt;
    private final int[] namesAndCommon;
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
        this.pageAt = pageAt;
        this.namesAndCommon = new int[pageAt.length];
        for (int page = 0; page < pageAt.length; page++) {
            namesAndCommon[page] =
                    (file.get(Layout.SHORT, (long) pageAt[page] + Layout.PAGE_NAMES_AT) & 0xffff)
                                    << 8
                            | octet(pageAt[page] + Layout.PAGE_COMMON_AT);
        }
        this.tree = tree;
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
        return pageAt.length;
    }

    /** The octets of a page; a view, not a copy. */
    public MemorySegment page(int number) {
        long end = number + 1 < pageAt.length ? pageAt[number + 1] : file.byteSize();
        return file.asSlice(pageAt[number], end - pageAt[number]);
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
        int page = pageOf(key);
        return page >= 0 && pageContains(page, key);
    }

    /** The last page that does not begin above the key; -1 where all do. */
    private int pageOf(byte[] key) {
        long sample = firstSample(key);
        int low = 0;
        int high = pageAt.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Long.compareUnsigned(firstSample[middle], sample);
            if (order == 0) {
                order = compareFirst(pageAt[middle], blockAt(pageAt[middle], 0), key);
            }
            if (order <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private boolean pageContains(int page, byte[] key) {
        int at = pageAt[page];
        int count = namesAndCommon[page] >>> 8;
        int common = namesAndCommon[page] & 0xff;
        if (key.length < common || !beginsAs(page, key, common)) {
            // Above all names of the page, and below none of them.
            return false;
        }
        int sample = PageWriter.sample(key, common, key.length);
        int low = 1;
        int high = (count + Layout.NAMES_IN_BLOCK - 1) / Layout.NAMES_IN_BLOCK - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long entry = at + Layout.PAGE_HEADER + (long) middle * Layout.DIRECTORY_ENTRY;
            int order = Integer.compareUnsigned(file.get(Layout.INT, entry), sample);
            if (order == 0) {
                order = compareFirst(at, blockAt(at, middle), key);
            }
            if (order <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        int block = high;
        int inBlock = Math.min(Layout.NAMES_IN_BLOCK, count - block * Layout.NAMES_IN_BLOCK);
        return blockContains(at + blockAt(at, block), inBlock, key);
    }

    private boolean beginsAs(int page, byte[] key, int common) {
        int inSample = Math.min(common, Long.BYTES);
        for (int i = 0; i < inSample; i++) {
            if ((byte) (firstSample[page] >>> (8 * (Long.BYTES - 1 - i))) != key[i]) {
                return false;
            }
        }
        if (common > inSample) {
            int first = pageAt[page] + blockAt(pageAt[page], 0);
            first += head(first);
            for (int i = inSample; i < common; i++) {
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
    private boolean blockContains(int start, int count, byte[] key) {
        int at = start;
        int matched = 0;
        int length = 0;
        int reach = 0;
        for (int i = 0; i < count; i++) {
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
    private int compareFirst(int pageAt, int blockAt, byte[] key) {
        int at = pageAt + blockAt;
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

    private int blockAt(int pageAt, int block) {
        return file.get(
                        Layout.SHORT,
                        pageAt + Layout.PAGE_HEADER + (long) block * Layout.DIRECTORY_ENTRY + 4)
                & 0xffff;
    }

    private int octet(int at) {
        return file.get(Layout.BYTE, at) & 0xff;
    }

    /** The first eight octets of a key as a number; what is not there counts as zero. */
    static long firstSample(byte[] key) {
        return (long) PageWriter.sample(key, 0, key.length) << 32
                | (PageWriter.sample(key, 4, key.length) & 0xffffffffL);
    }

    @Override
    public String toString() {
        return "CompiledList[" + tree.id() + ", " + names + " names]";
    }
}
