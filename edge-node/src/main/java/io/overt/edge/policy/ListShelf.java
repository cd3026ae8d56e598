package io.overt.edge.policy;

import io.overt.policy.HostList;
import io.overt.policy.list.CompiledList;
import io.overt.policy.list.CompiledList.Opening;
import io.overt.policy.list.ListDelta;
import io.overt.policy.list.ListTree.Digest;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.ListDigest;
import io.overt.service.files.MappedFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The compiled lists that lie on this edge's disk, each in a file that is named by its digest and
 * is whole: it was put together, opened, synced and only then named so. What is opened at a later
 * start is held against its digest again. Thread-safe; opening reads a file once, whole.
 */
final class ListShelf {
    private final Path folder;
    private final long maxBytes;

    /** Lists that are open; the policies that use them have them as well. Guarded by this. */
    private final Map<Digest, CompiledList> open = new HashMap<>();

    /** Why those are not here that were to be fetched. Guarded by this. */
    private final Map<Digest, String> missed = new HashMap<>();

    /**
     * @param folder of this edge's own; is made
     * @param maxBytes of all compiled lists of a version together
     * @throws IOException when the folder cannot be made
     */
    ListShelf(Path folder, long maxBytes) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.maxBytes = maxBytes;
    }

    /** What came of looking for the lists that a manifest names. */
    sealed interface Found {
        /** All are here, by the names that the document gives them. */
        record All(Map<String, HostList> lists) implements Found {}

        /** They are not, for these reasons. */
        record Lacking(List<String> problems) implements Found {}
    }

    /** Opens every list that a manifest names. */
    Found find(BundleManifest manifest) {
        var lists = new LinkedHashMap<String, HostList>();
        var problems = new java.util.ArrayList<String>();
        long octets = octets(manifest);
        if (octets < 0 || octets > maxBytes) {
            return new Found.Lacking(
                    List.of(
                            "compiled lists of "
                                    + Long.toUnsignedString(octets)
                                    + " bytes (expected: at most "
                                    + maxBytes
                                    + ", policy.lists.max-size)"));
        }
        for (var named : manifest.getListsList()) {
            switch (find(named)) {
                case Opening.Opened(CompiledList list) -> lists.put(named.getName(), list);
                case Opening.Damaged(String why) ->
                        problems.add("list " + named.getName() + ": " + why);
            }
        }
        return problems.isEmpty() ? new Found.All(lists) : new Found.Lacking(problems);
    }

    private static long octets(BundleManifest manifest) {
        long octets = 0;
        for (var list : manifest.getListsList()) {
            octets += list.getSize();
            if (list.getSize() < 0 || octets < 0) {
                return -1;
            }
        }
        return octets;
    }

    private synchronized Opening find(ListDigest named) {
        if (named.getForm() != CompiledList.FORM) {
            return new Opening.Damaged(
                    "of form "
                            + Integer.toUnsignedString(named.getForm())
                            + " (expected: "
                            + CompiledList.FORM
                            + "; a newer edge may know it)");
        }
        if (named.getRoot().size() != 32) {
            return new Opening.Damaged(
                    "named by " + named.getRoot().size() + " bytes (expected: 32, a SHA-256)");
        }
        var id = digest(named);
        var known = open.get(id);
        if (known != null) {
            return new Opening.Opened(known);
        }
        if (!Files.exists(file(id))) {
            return new Opening.Damaged(
                    "is not here"
                            + Optional.ofNullable(missed.get(id))
                                    .map(why -> ": " + why)
                                    .orElse(""));
        }
        try {
            var opening = CompiledList.reopen(MappedFiles.read(file(id), Arena.ofAuto()), id);
            switch (opening) {
                case Opening.Opened(CompiledList list) -> open.put(id, list);
                case Opening.Damaged(String why) -> {
                    LOG.atError()
                            .addKeyValue("file", file(id))
                            .addKeyValue("problem", why)
                            .log("a list on disk is damaged, and is fetched anew");
                    // Out of the way of the one that will be fetched.
                    Files.deleteIfExists(file(id));
                }
            }
            return opening;
        } catch (IOException e) {
            return new Opening.Damaged(file(id) + " cannot be read: " + e);
        }
    }

    /** The lists that a manifest names and that are not here, each once. */
    List<ListDigest> lacking(BundleManifest manifest) {
        long octets = octets(manifest);
        if (octets < 0 || octets > maxBytes) {
            return List.of(); // it will be refused for that
        }
        var lacking = new LinkedHashMap<com.google.protobuf.ByteString, ListDigest>();
        for (var named : manifest.getListsList()) {
            boolean fetchable =
                    named.getForm() == CompiledList.FORM && named.getRoot().size() == 32;
            if (fetchable && find(named) instanceof Opening.Damaged) {
                lacking.putIfAbsent(named.getRoot(), named);
            }
        }
        return List.copyOf(lacking.values());
    }

    /** Lists that are open, whose pieces need not come again. */
    synchronized Collection<CompiledList> held() {
        return List.copyOf(open.values());
    }

    /** What has arrived of a list. */
    PieceFile pieces(Digest id) throws IOException {
        return PieceFile.open(folder.resolve(id + PIECES));
    }

    /** Why a list is not here, for who asks for it. */
    synchronized void missed(Digest id, String why) {
        missed.put(id, why);
    }

    /**
     * Puts a list together of what is held and what has arrived, and keeps it. At any moment, also
     * with the power gone, the file of that name is whole or not there.
     */
    Opening assemble(Digest id, PieceFile arrived) throws IOException {
        var next = folder.resolve(id + NEXT);
        Files.deleteIfExists(next);
        Opening made;
        try (var arena = Arena.ofShared()) {
            made =
                    ListDelta.apply(
                            held(),
                            id,
                            arrived,
                            (size, _) -> {
                                try (var channel =
                                        FileChannel.open(
                                                next,
                                                Set.of(
                                                        StandardOpenOption.CREATE_NEW,
                                                        StandardOpenOption.READ,
                                                        StandardOpenOption.WRITE))) {
                                    return channel.map(MapMode.READ_WRITE, 0, size, arena);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return switch (made) {
            case Opening.Damaged damaged -> {
                Files.deleteIfExists(next);
                yield damaged;
            }
            case Opening.Opened _ -> keep(id, next);
        };
    }

    private synchronized Opening keep(Digest id, Path next) throws IOException {
        try (var channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(
                next,
                file(id),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        // The name is on the disk only once its folder is.
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
        missed.remove(id);
        var opening = CompiledList.reopen(MappedFiles.read(file(id), Arena.ofAuto()), id);
        if (opening instanceof Opening.Opened(CompiledList list)) {
            open.put(id, list);
        }
        return opening;
    }

    /** Lets go of all lists but these, and of what has arrived of others. */
    synchronized void keepOnly(Set<Digest> kept) {
        open.keySet().retainAll(kept);
        missed.keySet().retainAll(kept);
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                var name = file.getFileName().toString();
                var stem = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
                if (kept.stream().noneMatch(id -> id.hexadecimal().equals(stem))) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            // They take room and are in nobody's way.
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("folder", folder)
                    .log("lists that nobody needs are not deleted");
        }
    }

    static Digest digest(ListDigest named) {
        return new Digest(HexFormat.of().formatHex(named.getRoot().toByteArray()));
    }

    private Path file(Digest id) {
        return folder.resolve(id + LIST);
    }

    private static final String LIST = ".list";
    private static final String NEXT = ".next";
    private static final String PIECES = ".pieces";
    private static final Logger LOG = LoggerFactory.getLogger(ListShelf.class);
}
