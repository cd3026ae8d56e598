package io.overt.policy.list;

import io.overt.policy.list.CompiledList.Opening;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a file that may be anything as a compiled list. Each name is read within the bounds of its
 * page, then all are written again: what a writer would not have written just so is no list. So
 * nothing that a look-up relies on (directories, what names have in common, order) is taken from
 * the file. Confined to one thread, and good for one file.
 */
final class ListReader {
    private final MemorySegment file;
    private final MessageDigest digest = ListTree.sha256();
    private byte[] pageDigests = new byte[32 * 64];
    private long[] firstSample = new long[64];
    private int[] pageAt = new int[64];
    private int pages;
    private long written = Layout.HEADER;
    private boolean differs;

    /** Takes names, whose keys are only lent. */
    interface Names {
        void name(byte[] key, int length, int reach);
    }

    ListReader(MemorySegment file) {
        this.file = file;
    }

    /** By the digest alone. */
    Opening read(ListTree.Digest id) {
        Optional<Opening> wrong = head();
        if (wrong.isPresent()) {
            return wrong.get();
        }
        byte[] page = new byte[Layout.LONGEST_PAGE];
        while (written < file.byteSize()) {
            long left = file.byteSize() - written;
            long length = left < Layout.PAGE_HEADER ? -1 : file.get(Layout.INT, written);
            if (length < Layout.SHORTEST_PAGE || length > Math.min(left, Layout.LONGEST_PAGE)) {
                return damaged(
                        "near byte "
                                + written
                                + ": a page of "
                                + length
                                + " bytes with "
                                + left
                                + " bytes to the end");
            }
            MemorySegment.copy(file, Layout.BYTE, written, page, 0, (int) length);
            note(page, (int) length);
        }
        // Before anything else is read of it: only what was opened once is in order.
        ListTree tree = tree(file.asSlice(0, Layout.HEADER).toArray(Layout.BYTE));
        return tree.id().equals(id)
                ? new Opening.Opened(list(tree))
                : damaged("is " + tree.id() + " (expected: " + id + ")");
    }

    private Optional<Opening> head() {
        long size = file.byteSize();
        if (size < Layout.HEADER || size > Layout.LONGEST_FILE) {
            return Optional.of(
                    damaged(
                            size
                                    + " bytes (expected: "
                                    + Layout.HEADER
                                    + " to "
                                    + Layout.LONGEST_FILE
                                    + ")"));
        }
        long magic = file.get(Layout.LONG, 0);
        if (magic != Layout.MAGIC) {
            return Optional.of(
                    damaged(
                            String.format(
                                    "begins with %016x (expected: %016x, a list of version 1)",
                                    magic, Layout.MAGIC)));
        }
        return Optional.empty();
    }

    Opening read() {
        Optional<Opening> notOne = head();
        if (notOne.isPresent()) {
            return notOne.get();
        }
        PageWriter writer = new PageWriter(this::compare);
        byte[] last = new byte[NameKey.LONGEST];
        int[] lastLength = {0};
        String[] wrong = {""};
        try {
            names(
                    file,
                    (key, length, reach) -> {
                        if (!NameKey.isOfName(key, length)) {
                            throw new DamagedException("holds what is no host name");
                        }
                        if (lastLength[0] > 0
                                && Arrays.compareUnsigned(key, 0, length, last, 0, lastLength[0])
                                        <= 0) {
                            throw new DamagedException("is not in ascending order");
                        }
                        System.arraycopy(key, 0, last, 0, length);
                        lastLength[0] = length;
                        writer.add(key, length, reach);
                        if (differs) {
                            throw new DamagedException(NOT_AS_WRITTEN);
                        }
                    });
            writer.end();
        } catch (DamagedException e) {
            wrong[0] = e.why;
        }
        if (!wrong[0].isEmpty()) {
            return damaged("near byte " + written + ": " + wrong[0]);
        }
        if (differs || written != file.byteSize() || writer.covered() > 0) {
            return damaged(NOT_AS_WRITTEN);
        }
        byte[] header = new byte[Layout.HEADER];
        MemorySegment expected = MemorySegment.ofArray(header);
        expected.set(Layout.LONG, 0, Layout.MAGIC);
        expected.set(Layout.LONG, Layout.NAMES_AT, writer.names());
        expected.set(Layout.INT, Layout.PAGES_AT, writer.pages());
        if (MemorySegment.mismatch(expected, 0, Layout.HEADER, file, 0, Layout.HEADER) >= 0) {
            return damaged(
                    "its header does not fit its "
                            + writer.names()
                            + " names in "
                            + writer.pages()
                            + " pages");
        }
        return new Opening.Opened(list(tree(header)));
    }

    private ListTree tree(byte[] header) {
        return new ListTree(header, Arrays.copyOf(pageDigests, pages * 32));
    }

    private CompiledList list(ListTree tree) {
        return new CompiledList(
                file,
                file.get(Layout.LONG, Layout.NAMES_AT),
                Arrays.copyOf(firstSample, pages),
                Arrays.copyOf(pageAt, pages),
                tree);
    }

    /** A page as it should be, against what is there. */
    private void compare(byte[] page, int length) {
        differs =
                differs
                        || written + length > file.byteSize()
                        || MemorySegment.mismatch(
                                        MemorySegment.ofArray(page),
                                        0,
                                        length,
                                        file,
                                        written,
                                        written + length)
                                >= 0;
        if (differs) {
            return;
        }
        note(page, length);
    }

    private void note(byte[] page, int length) {
        if (pages == pageAt.length) {
            pageAt = Arrays.copyOf(pageAt, pages * 2);
            firstSample = Arrays.copyOf(firstSample, pages * 2);
            pageDigests = Arrays.copyOf(pageDigests, pages * 64);
        }
        pageAt[pages] = (int) written;
        firstSample[pages] = sampleOfFirst(page);
        digest.update(page, 0, length);
        System.arraycopy(digest.digest(), 0, pageDigests, pages * 32, 32);
        pages++;
        written += length;
    }

    private static long sampleOfFirst(byte[] page) {
        int blocks =
                (((page[Layout.PAGE_NAMES_AT] & 0xff) << 8
                                        | (page[Layout.PAGE_NAMES_AT + 1] & 0xff))
                                + Layout.NAMES_IN_BLOCK
                                - 1)
                        / Layout.NAMES_IN_BLOCK;
        // Within the page of one that was opened; any other is found out by its digest later.
        int at =
                Math.min(
                        Layout.PAGE_HEADER + blocks * Layout.DIRECTORY_ENTRY,
                        Layout.LONGEST_PAGE - 3);
        int length = page[at + 1] & Layout.SHORT_LENGTH;
        at += 2;
        if (length == Layout.SHORT_LENGTH) {
            length = page[at++] & 0xff;
        }
        return CompiledList.firstSample(
                Arrays.copyOfRange(page, at, Math.min(at + length, page.length)));
    }

    /**
     * All names of a file, in its order, from what their blocks say alone.
     *
     * @throws DamagedException when a name does not lie within its page
     */
    static void names(MemorySegment file, Names names) {
        byte[] page = new byte[Layout.LONGEST_PAGE];
        byte[] key = new byte[NameKey.LONGEST + 256];
        for (long at = Layout.HEADER; at < file.byteSize(); ) {
            long left = file.byteSize() - at;
            long size = left < Layout.PAGE_HEADER ? -1 : file.get(Layout.INT, at);
            if (size < Layout.PAGE_HEADER || size > Math.min(left, Layout.LONGEST_PAGE)) {
                throw new DamagedException(
                        "a page of " + size + " bytes with " + left + " bytes to the end");
            }
            MemorySegment.copy(file, Layout.BYTE, at, page, 0, (int) size);
            pageNames(page, (int) size, key, names);
            at += size;
        }
    }

    private static void pageNames(byte[] page, int size, byte[] key, Names names) {
        int count =
                (page[Layout.PAGE_NAMES_AT] & 0xff) << 8 | (page[Layout.PAGE_NAMES_AT + 1] & 0xff);
        int blocks = (count + Layout.NAMES_IN_BLOCK - 1) / Layout.NAMES_IN_BLOCK;
        int at = Layout.PAGE_HEADER + blocks * Layout.DIRECTORY_ENTRY;
        int length = 0;
        for (int i = 0; i < count; i++) {
            if (at + 3 > size) {
                throw new DamagedException("a page of " + size + " bytes ends within a name");
            }
            int shared = page[at] & 0xff;
            int reach = (page[at + 1] & 0xff) >>> Layout.REACH_SHIFT;
            int further = page[at + 1] & Layout.SHORT_LENGTH;
            at += 2;
            if (further == Layout.SHORT_LENGTH) {
                further = page[at++] & 0xff;
            }
            int most = i % Layout.NAMES_IN_BLOCK == 0 ? 0 : length;
            if (shared > most
                    || further == 0
                    || shared + further > NameKey.LONGEST
                    || at + further > size
                    || reach == 0) {
                throw new DamagedException(
                        "a name of "
                                + shared
                                + " and "
                                + further
                                + " octets and reach "
                                + reach
                                + " after one of "
                                + length);
            }
            System.arraycopy(page, at, key, shared, further);
            at += further;
            length = shared + further;
            names.name(key, length, reach);
        }
        if (count == 0 || at != size) {
            throw new DamagedException(
                    "a page of " + size + " bytes whose " + count + " names end at " + at);
        }
    }

    private static Opening damaged(String why) {
        return new Opening.Damaged(why);
    }

    /** Leaves the reading of a file that is none; never seen outside. */
    static final class DamagedException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String why;

        DamagedException(String why) {
            super(why, null, false, false);
            this.why = why;
        }
    }

    private static final String NOT_AS_WRITTEN =
            "is not the form in which its names are written (expected: the one that the compiler"
                    + " makes)";
}
