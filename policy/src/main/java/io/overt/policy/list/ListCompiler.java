package io.overt.policy.list;

import static java.lang.foreign.MemorySegment.copy;

import io.overt.policy.HostPattern;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Makes the compiled form of a list out of names in any order, any of them more than once. The heap
 * that it takes is that of one chunk, whatever the number of names: full chunks are sorted and put
 * into memory that the caller provides, and merged at the end. Equal sets of names become equal
 * bytes. Confined to one thread, and good for one list.
 */
public final class ListCompiler {
    private final SegmentAllocator memory;
    private final int chunkNames;
    private final byte[] chunk;
    private int[] order;
    private int[] spare;
    private int chunkEnd;
    private int inChunk;
    private long taken;
    private final List<MemorySegment> runs = new ArrayList<>();

    /**
     * A compiled list.
     *
     * @param file what {@link CompiledList#open} opens: a part of the memory that was provided
     * @param names in it
     * @param taken names that were added, those that say nothing new included
     */
    public record Result(MemorySegment file, long names, long taken) {}

    /**
     * @param memory for sorted chunks and for what is made of them, about twice the size of the
     *     names as text: mapped from files, or off the heap. Is let go of by whoever provides it
     */
    public ListCompiler(SegmentAllocator memory) {
        this(memory, CHUNK_NAMES);
    }

    ListCompiler(SegmentAllocator memory, int chunkNames) {
        this.memory = memory;
        this.chunkNames = chunkNames;
        this.chunk =
                new byte
                        [Math.min(CHUNK_OCTETS, chunkNames * (NameKey.LONGEST + HEAD))
                                + NameKey.LONGEST
                                + HEAD];
        this.order = new int[chunkNames];
        this.spare = new int[chunkNames];
    }

    /** Adds what a pattern stands for. */
    public void add(HostPattern pattern) {
        byte[] key = NameKey.of(pattern.base());
        if (inChunk == chunkNames || chunkEnd + HEAD + key.length > chunk.length) {
            endChunk();
        }
        order[inChunk++] = chunkEnd;
        chunk[chunkEnd] = (byte) key.length;
        chunk[chunkEnd + 1] =
                (byte)
                        switch (pattern.reach()) {
                            case EXACT -> Layout.ITSELF;
                            case BELOW -> Layout.BELOW_IT;
                            case SUFFIX -> Layout.ITSELF | Layout.BELOW_IT;
                        };
        System.arraycopy(key, 0, chunk, chunkEnd + HEAD, key.length);
        chunkEnd += HEAD + key.length;
        taken++;
    }

    /**
     * The list of all that was added.
     *
     * @throws IllegalStateException when it is longer than a compiled list may be
     */
    public Result compile() {
        endChunk();
        long octets = 0;
        for (MemorySegment run : runs) {
            octets += run.byteSize();
        }
        // An octet more for names that have a length of their own, and the directories of pages.
        long bound = Layout.HEADER + octets + 2 * taken + Layout.LONGEST_PAGE;
        MemorySegment file = memory.allocate(bound);
        long[] end = {Layout.HEADER};
        PageWriter writer =
                new PageWriter(
                        (page, length) -> {
                            if (end[0] + length > Layout.LONGEST_FILE) {
                                throw new IllegalStateException(
                                        "a compiled list of more than "
                                                + Layout.LONGEST_FILE
                                                + " bytes");
                            }
                            copy(page, 0, file, Layout.BYTE, end[0], length);
                            end[0] += length;
                        });
        merge(writer);
        writer.end();
        file.set(Layout.LONG, 0, Layout.MAGIC);
        file.set(Layout.LONG, Layout.NAMES_AT, writer.names());
        file.set(Layout.INT, Layout.PAGES_AT, writer.pages());
        file.asSlice(Layout.PAGES_AT + 4, Layout.HEADER - Layout.PAGES_AT - 4).fill((byte) 0);
        return new Result(file.asSlice(0, end[0]), writer.names(), taken);
    }

    private void merge(PageWriter writer) {
        PriorityQueue<Run> queue =
                new PriorityQueue<>(
                        Math.max(1, runs.size()),
                        Comparator.comparing(
                                (Run run) -> run,
                                (a, b) ->
                                        Arrays.compareUnsigned(
                                                a.key, 0, a.length, b.key, 0, b.length)));
        for (MemorySegment run : runs) {
            Run head = new Run(run);
            if (head.next()) {
                queue.add(head);
            }
        }
        byte[] key = new byte[NameKey.LONGEST];
        int length = 0;
        int reach = 0;
        for (Run head = queue.poll(); head != null; head = queue.poll()) {
            if (!Arrays.equals(head.key, 0, head.length, key, 0, length)) {
                if (length > 0) {
                    writer.add(key, length, reach);
                }
                System.arraycopy(head.key, 0, key, 0, head.length);
                length = head.length;
                reach = 0;
            }
            reach |= head.reach;
            if (head.next()) {
                queue.add(head);
            }
        }
        if (length > 0) {
            writer.add(key, length, reach);
        }
    }

    /** The sorted names of one chunk, from the first to the last. */
    private static final class Run {
        private final MemorySegment names;
        private long at;
        private final byte[] key = new byte[NameKey.LONGEST];
        private int length;
        private int reach;

        private Run(MemorySegment names) {
            this.names = names;
        }

        private boolean next() {
            if (at == names.byteSize()) {
                return false;
            }
            length = names.get(Layout.BYTE, at) & 0xff;
            reach = names.get(Layout.BYTE, at + 1);
            copy(names, Layout.BYTE, at + HEAD, key, 0, length);
            at += HEAD + length;
            return true;
        }
    }

    private void endChunk() {
        if (inChunk == 0) {
            return;
        }
        sort();
        MemorySegment run = memory.allocate(chunkEnd);
        long at = 0;
        for (int i = 0; i < inChunk; i++) {
            int size = HEAD + (chunk[order[i]] & 0xff);
            copy(chunk, order[i], run, Layout.BYTE, at, size);
            at += size;
        }
        runs.add(run);
        chunkEnd = 0;
        inChunk = 0;
    }

    // Merge sort from the bottom: no objects, and whoever writes a list cannot make it slow. What
    // is in order already, as most lists are in parts, is copied.
    private void sort() {
        for (int width = 1; width < inChunk; width *= 2) {
            for (int from = 0; from < inChunk; from += 2 * width) {
                int middle = Math.min(from + width, inChunk);
                int to = Math.min(from + 2 * width, inChunk);
                if (middle == to || compare(order[middle - 1], order[middle]) <= 0) {
                    System.arraycopy(order, from, spare, from, to - from);
                } else {
                    mergeInto(from, middle, to);
                }
            }
            int[] sorted = spare;
            spare = order;
            order = sorted;
        }
    }

    private void mergeInto(int from, int middle, int to) {
        int left = from;
        int right = middle;
        for (int i = from; i < to; i++) {
            boolean takeLeft =
                    right == to || (left < middle && compare(order[left], order[right]) <= 0);
            spare[i] = takeLeft ? order[left++] : order[right++];
        }
    }

    private int compare(int a, int b) {
        return Arrays.compareUnsigned(
                chunk,
                a + HEAD,
                a + HEAD + (chunk[a] & 0xff),
                chunk,
                b + HEAD,
                b + HEAD + (chunk[b] & 0xff));
    }

    /** Before a key in a chunk: its length and its reach. */
    private static final int HEAD = 2;

    // With its order twice, 40 MiB of heap: ten million names are ten to twenty chunks.
    private static final int CHUNK_NAMES = 1 << 20;
    private static final int CHUNK_OCTETS = 32 << 20;
}
