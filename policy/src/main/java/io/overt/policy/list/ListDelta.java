package io.overt.policy.list;

import io.overt.policy.list.CompiledList.Opening;
import io.overt.policy.list.ListTree.Digest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
        Held have = new Held(held.stream().toList());
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

    /** Where pieces are that have arrived. */
    @FunctionalInterface
    public interface Pieces {
        /** The octets whose SHA-256 this is, if they are there; what it is not is never given. */
        Optional<MemorySegment> piece(Digest digest);

        /** Of a map whose values may be anything. */
        static Pieces of(Map<Digest, byte[]> pieces) {
            return digest ->
                    Optional.ofNullable(pieces.get(digest))
                            .filter(octets -> Digest.of(octets).equals(digest))
                            .map(MemorySegment::ofArray);
        }
    }

    /**
     * What has to be asked for next: the root alone, then all groups, then all pages, of each what
     * is neither held nor has arrived. Nothing, when {@link #apply} has all that it needs. What is
     * no root or no group is asked for as if it were not there.
     */
    public static List<Digest> missing(Collection<CompiledList> held, Digest id, Pieces arrived) {
        Held have = new Held(held);
        Optional<byte[]> root = arrived.piece(id).map(piece -> piece.toArray(Layout.BYTE));
        if (root.filter(ListDelta::isRoot).isEmpty()) {
            return List.of(id);
        }
        Set<Digest> groups = new LinkedHashSet<>();
        Set<Digest> pages = new LinkedHashSet<>();
        for (Digest group : ListTree.digests(root.get(), Layout.HEADER, root.get().length)) {
            Optional<byte[]> digests = have.group(group).or(() -> group(arrived, group));
            if (digests.isEmpty()) {
                groups.add(group);
                continue;
            }
            for (Digest page : ListTree.digests(digests.get(), 0, digests.get().length)) {
                if (have.page(page).or(() -> arrived.piece(page)).isEmpty()) {
                    pages.add(page);
                }
            }
        }
        return List.copyOf(groups.isEmpty() ? pages : groups);
    }

    /**
     * The digests of all pieces of a list, as far as its root and groups are there to say so.
     *
     * @param id names the list
     */
    public static Set<Digest> members(Digest id, Pieces pieces) {
        Set<Digest> members = new LinkedHashSet<>();
        members.add(id);
        Optional<byte[]> root = pieces.piece(id).map(piece -> piece.toArray(Layout.BYTE));
        if (root.filter(ListDelta::isRoot).isPresent()) {
            for (Digest group : ListTree.digests(root.get(), Layout.HEADER, root.get().length)) {
                members.add(group);
                group(pieces, group)
                        .ifPresent(
                                octets ->
                                        members.addAll(ListTree.digests(octets, 0, octets.length)));
            }
        }
        return members;
    }

    /** The wanted list, of what one list that is held has, if there is one, and of pieces. */
    public static Opening apply(
            Optional<CompiledList> held,
            Digest id,
            Map<Digest, byte[]> pieces,
            SegmentAllocator memory) {
        return apply(held.stream().toList(), id, Pieces.of(pieces), memory);
    }

    /**
     * The wanted list, of what is held and of what has arrived.
     *
     * @param id names the wanted list, and comes from whom one believes
     * @param memory for the file
     */
    public static Opening apply(
            Collection<CompiledList> held, Digest id, Pieces arrived, SegmentAllocator memory) {
        Held have = new Held(held);
        Optional<byte[]> root = arrived.piece(id).map(piece -> piece.toArray(Layout.BYTE));
        if (root.isEmpty()) {
            return new Opening.Damaged("its root is not there (expected: the piece " + id + ")");
        }
        if (!isRoot(root.get())) {
            return new Opening.Damaged("a root of " + root.get().length + " bytes");
        }
        List<MemorySegment> pages = new ArrayList<>();
        long end = Layout.HEADER;
        for (Digest group : ListTree.digests(root.get(), Layout.HEADER, root.get().length)) {
            Optional<byte[]> digests = have.group(group).or(() -> group(arrived, group));
            if (digests.isEmpty()) {
                return new Opening.Damaged("the group " + group + " is not there");
            }
            for (Digest page : ListTree.digests(digests.get(), 0, digests.get().length)) {
                Optional<MemorySegment> octets = have.page(page).or(() -> arrived.piece(page));
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
        MemorySegment.copy(root.get(), 0, file, Layout.BYTE, 0, Layout.HEADER);
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

    private static boolean isRoot(byte[] root) {
        return root.length >= Layout.HEADER && (root.length - Layout.HEADER) % 32 == 0;
    }

    private static Optional<byte[]> group(Pieces arrived, Digest group) {
        return arrived.piece(group)
                .map(piece -> piece.toArray(Layout.BYTE))
                .filter(octets -> octets.length % 32 == 0);
    }

    /** Where the pieces of lists are that are there already. */
    private static final class Held {
        private final Map<Digest, Place> groups = new HashMap<>();
        private final Map<Digest, Place> pages = new HashMap<>();

        private record Place(CompiledList list, int number) {}

        private Held(Collection<CompiledList> lists) {
            lists.forEach(this::number);
        }

        private void number(CompiledList list) {
            ListTree tree = list.tree();
            List<Digest> all = tree.groups();
            int page = 0;
            for (int group = 0; group < all.size(); group++) {
                groups.put(all.get(group), new Place(list, group));
                for (Digest each : tree.pagesOf(group)) {
                    pages.put(each, new Place(list, page++));
                }
            }
        }

        private Optional<byte[]> group(Digest digest) {
            return Optional.ofNullable(groups.get(digest))
                    .map(place -> place.list().tree().group(place.number()));
        }

        private Optional<MemorySegment> page(Digest digest) {
            return Optional.ofNullable(pages.get(digest))
                    .map(place -> place.list().page(place.number()));
        }
    }
}
