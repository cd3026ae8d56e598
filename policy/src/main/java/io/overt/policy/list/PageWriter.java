package io.overt.policy.list;

import java.util.Arrays;

/**
 * Puts names that come in ascending order into pages, and hands each over as it ends. What is below
 * a name that reaches below itself is left out, since it says nothing more. Confined to one thread.
 */
final class PageWriter {
    private final Sink sink;
    private final byte[] entries = new byte[Layout.FULL + NameKey.LONGEST + 3];
    private final int[] blockAt = new int[Layout.LONGEST_PAGE / (2 * Layout.NAMES_IN_BLOCK)];
    private final byte[] page = new byte[Layout.LONGEST_PAGE];
    private final byte[] first = new byte[NameKey.LONGEST];
    private int firstLength;
    private final byte[] last = new byte[NameKey.LONGEST];
    private int lastLength;
    private final byte[] cover = new byte[NameKey.LONGEST];
    private int coverLength;
    private int end;
    private int inPage;
    private long names;
    private int pages;
    private long covered;

    /** Takes pages, which are only lent. */
    interface Sink {
        void page(byte[] page, int length);
    }

    PageWriter(Sink sink) {
        this.sink = sink;
    }

    /** Number of names in the pages so far. */
    long names() {
        return names;
    }

    int pages() {
        return pages;
    }

    /** Number of names that were left out because one above them says the same. */
    long covered() {
        return covered;
    }

    /**
     * The next name, which is above all before.
     *
     * @param reach {@link Layout#ITSELF}, {@link Layout#BELOW_IT} or both
     */
    void add(byte[] key, int length, int reach) {
        if (coverLength > 0 && NameKey.isBelow(key, length, cover, coverLength)) {
            covered++;
            return;
        }
        if (inPage > 0 && endsBefore(key, length)) {
            endPage();
        }
        if ((reach & Layout.BELOW_IT) != 0) {
            System.arraycopy(key, 0, cover, 0, length);
            coverLength = length;
        }
        int shared = 0;
        if (inPage % Layout.NAMES_IN_BLOCK == 0) {
            blockAt[inPage / Layout.NAMES_IN_BLOCK] = end;
        } else {
            shared = common(last, lastLength, key, length);
        }
        if (inPage == 0) {
            System.arraycopy(key, 0, first, 0, length);
            firstLength = length;
        }
        int further = length - shared;
        entries[end++] = (byte) shared;
        entries[end++] =
                (byte) (reach << Layout.REACH_SHIFT | Math.min(further, Layout.SHORT_LENGTH));
        if (further >= Layout.SHORT_LENGTH) {
            entries[end++] = (byte) further;
        }
        System.arraycopy(key, shared, entries, end, further);
        end += further;
        System.arraycopy(key, 0, last, 0, length);
        lastLength = length;
        inPage++;
        names++;
    }

    /** No name comes any more. */
    void end() {
        if (inPage > 0) {
            endPage();
        }
    }

    private boolean endsBefore(byte[] key, int length) {
        return end >= Layout.FULL
                || (inPage >= Layout.FEWEST_NAMES
                        && (NameKey.hash(key, length) & Layout.PAGE_ENDS) == 0);
    }

    private void endPage() {
        int blocks = (inPage + Layout.NAMES_IN_BLOCK - 1) / Layout.NAMES_IN_BLOCK;
        int begin = Layout.PAGE_HEADER + blocks * Layout.DIRECTORY_ENTRY;
        int length = begin + end;
        // In ascending order, what the first and the last have in common all have.
        int common = common(first, firstLength, last, lastLength);
        put(page, 0, length, 4);
        put(page, Layout.PAGE_NAMES_AT, inPage, 2);
        put(page, Layout.PAGE_COMMON_AT, common, 1);
        put(page, Layout.PAGE_COMMON_AT + 1, 0, 1);
        for (int block = 0; block < blocks; block++) {
            int at = blockAt[block];
            int skip = (entries[at + 1] & Layout.SHORT_LENGTH) == Layout.SHORT_LENGTH ? 3 : 2;
            int size = skip == 3 ? entries[at + 2] & 0xff : entries[at + 1] & Layout.SHORT_LENGTH;
            int entry = Layout.PAGE_HEADER + block * Layout.DIRECTORY_ENTRY;
            put(page, entry, sample(entries, at + skip + common, at + skip + size), 4);
            put(page, entry + 4, begin + at, 2);
        }
        System.arraycopy(entries, 0, page, begin, end);
        sink.page(page, length);
        pages++;
        end = 0;
        inPage = 0;
    }

    /** Four octets as a number; what is not there counts as zero. */
    static int sample(byte[] bytes, int from, int to) {
        int sample = 0;
        for (int i = 0; i < 4; i++) {
            sample = sample << 8 | (from + i < to ? bytes[from + i] & 0xff : 0);
        }
        return sample;
    }

    private static int common(byte[] a, int aLength, byte[] b, int bLength) {
        int differ = Arrays.mismatch(a, 0, aLength, b, 0, bLength);
        return differ < 0 ? aLength : differ;
    }

    private static void put(byte[] page, int at, int value, int octets) {
        for (int i = 0; i < octets; i++) {
            page[at + i] = (byte) (value >>> (8 * (octets - 1 - i)));
        }
    }
}
