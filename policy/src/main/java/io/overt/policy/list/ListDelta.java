package io.overt.policy.list;

import io.overt.policy.list.CompiledList.Opening;
import io.overt.policy.list.ListTree.Digest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody who holds one version of a list, or none, lacks of another one: its root, and the
 * groups and pages that the other has not. Each piece goes by its digest, so it may come from
 * anybody, in any order, and be kept over an interruption; what was put together of them is opened
 * like any file, and is the wanted list or nothing.
 */
public final class ListDelta {
    private final Digest id;
    private final Map<Digest, byte[]> pieces;

    private ListDelta(Digest id, Map<Digest, byte[]> pieces) {
        this.id = id;
        this.pieces = pieces;
    }

    /** What of {@code wanted} is not in {@code held}. */
    public static ListDelta between(Optional<CompiledList> held, CompiledList wanted) {
        Held have = new Held(held);
        ListTree tree = wanted.tree();
        Map<Digest, byte[]> pieces = new LinkedHashMap<>();
        pieces.put(tree.id(), tree.root());
        List<Digest> groups = tree.groups();
        int page = 0;
        for (int group = 0; group < groups.size(); group++) {
            List<Digest> pages = tree.pagesOf(group);
            if (!have.groups.containsKey(groups.get(group))) {
                pieces.put(groups.get(group), tree.group(group));
                for (int i = 0; i < pages.size(); i++) {
                    if (!have.pages.containsKey(pages.get(i))) {
                        pieces.put(pages.get(i), wanted.page(page + i).toArray(Layout.BYTE));
                    }
                }
            }
            page += pages.size();
        }
        return new ListDelta(tree.id(), pieces);
    }

    /** The list that it leads to. */
    public Digest id() {
        return id;
    }

    /** The pieces by their digests, the root first. Not to be changed. */
    public Map<Digest, byte[]> pieces() {
        return Map.copyOf(pieces);
    }

    /** Octets of all pieces, which is what is to be sent. */
    public long octets() {
        return pieces.values().stream().mapToLong(piece -> piece.length).sum();
    }

    /**
     * The wanted list, of what is held and of pieces that may be anything.
     *
     * @param id names the wanted list, and comes from whom one believes
     * @param memory for the file
     */
    public static Opening apply(
            Optional<CompiledList> held,
            Digest id,
            Map<Digest, byte[]> pieces,
            SegmentAllocator memory) {
        Held have = new Held(held);
        byte[] root = pieces.get(id);
        if (root == null || !Digest.of(root).equals(id)) {
            return new Opening.Damaged("its root is not there (expected: the piece " + id + ")");
        }
        if (root.length < Layout.HEADER || (root.length - Layout.HEADER) % 32 != 0) {
            return new Opening.Damaged("a root of " + root.length + " bytes");
        }
        List<MemorySegment> pages = new ArrayList<>();
        long end = Layout.HEADER;
        for (Digest group : ListTree.digests(root, Layout.HEADER, root.length)) {
            Optional<byte[]> digests = have.group(group).or(() -> piece(pieces, group));
            if (digests.isEmpty() || digests.get().length % 32 != 0) {
                return new Opening.Damaged("the group " + group + " is not there");
            }
            for (Digest page : ListTree.digests(digests.get(), 0, digests.get().length)) {
                Optional<MemorySegment> octets =
                        have.page(page).or(() -> piece(pieces, page).map(MemorySegment::ofArray));
                if (octets.isEmpty()) {
                    return new Opening.Damaged("the page " + page + " is not there");
                }
                end += octets.get().byteSize();
                if (end > Layout.LONGEST_FILE) {
                    return new Opening.Damaged(
                            "more than " + Layout.LONGEST_FILE + " bytes, which no list has");
                }
                pages.add(octets.get());
            }
        }
        MemorySegment file = memory.allocate(end);
        MemorySegment.copy(root, 0, file, Layout.BYTE, 0, Layout.HEADER);
        long at = Layout.HEADER;
        for (MemorySegment page : pages) {
            MemorySegment.copy(page, 0, file, at, page.byteSize());
            at += page.byteSize();
        }
        return switch (CompiledList.open(file)) {
            case Opening.Damaged damaged -> damaged;
            case Opening.Opened(CompiledList list) ->
                    list.tree().id().equals(id)
                            ? new Opening.Opened(list)
                            : new Opening.Damaged(
                                    "became " + list.tree().id() + " (expected: " + id + ")");
        };
    }

    private static Optional<byte[]> piece(Map<Digest, byte[]> pieces, Digest digest) {
        return Optional.ofNullable(pieces.get(digest))
                .filter(octets -> Digest.of(octets).equals(digest));
    }

    /** Where the pieces of a list are that is there already. */
    private static final class Held {
        private final Optional<CompiledList> list;
        private final Map<Digest, Integer> groups = new HashMap<>();
        private final Map<Digest, Integer> pages = new HashMap<>();

        private Held(Optional<CompiledList> list) {
            this.list = list;
            list.map(CompiledList::tree).ifPresent(this::number);
        }

        private void number(ListTree tree) {
            List<Digest> all = tree.groups();
            int page = 0;
            for (int group = 0; group < all.size(); group++) {
                groups.put(all.get(group), group);
                for (Digest each : tree.pagesOf(group)) {
                    pages.put(each, page++);
                }
            }
        }

        private Optional<byte[]> group(Digest digest) {
            return list.flatMap(
                    held ->
                            Optional.ofNullable(groups.get(digest))
                                    .map(group -> held.tree().group(group)));
        }

        private Optional<MemorySegment> page(Digest digest) {
            return list.flatMap(held -> Optional.ofNullable(pages.get(digest)).map(held::page));
        }
    }
}
