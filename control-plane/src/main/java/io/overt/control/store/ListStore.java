package io.overt.control.store;

import io.overt.policy.list.CompiledList;
import io.overt.policy.list.ListTree.Digest;
import io.overt.proto.policy.v1.BundleManifest;
import java.lang.foreign.ValueLayout;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What compiled lists are made of, piece by piece, and what is known of where lists are fetched
 * from. Each method blocks; of those that put or remove many pieces, each batch is a transaction.
 * Thread-safe.
 */
public final class ListStore {
    private final Database database;

    /** Uses the database; does not close it. */
    public ListStore(Database database) {
        this.database = database;
    }

    /**
     * Keeps what is not kept yet. When it returns, all of the list is there; before, its root is
     * not.
     */
    public void put(CompiledList list, Instant now) {
        var tree = list.tree();
        var groups = tree.groups();
        int page = 0;
        for (int group = 0; group < groups.size(); group++) {
            var pages = tree.pagesOf(group);
            for (int from = 0; from < pages.size(); from += BATCH) {
                var wanted = pages.subList(from, Math.min(from + BATCH, pages.size()));
                var there = there(wanted, now);
                var batch = new LinkedHashMap<Digest, byte[]>();
                for (int i = 0; i < wanted.size(); i++) {
                    if (!there.contains(wanted.get(i))) {
                        batch.put(
                                wanted.get(i),
                                list.page(page + from + i).toArray(ValueLayout.JAVA_BYTE));
                    }
                }
                put(batch, now);
            }
            put(Map.of(groups.get(group), tree.group(group)), now);
            page += pages.size();
        }
        put(Map.of(tree.id(), tree.root()), now);
    }

    /** Those that are there already; from now on they are wanted. */
    private Set<Digest> there(List<Digest> digests, Instant now) {
        return database.transact(
                handle -> {
                    var found = new HashSet<Digest>();
                    for (var digest : digests) {
                        int touched =
                                handle.createUpdate(
                                                "UPDATE list_piece SET wanted = :now WHERE sha256 = :digest")
                                        .bind("now", now.toEpochMilli())
                                        .bind("digest", digest.octets())
                                        .execute();
                        if (touched > 0) {
                            found.add(digest);
                        }
                    }
                    return found;
                });
    }

    private void put(Map<Digest, byte[]> pieces, Instant now) {
        if (pieces.isEmpty()) {
            return;
        }
        database.transact(
                handle -> {
                    pieces.forEach(
                            (digest, content) ->
                                    handle.createUpdate(
                                                    "INSERT INTO list_piece VALUES (:digest, :content, :now) ON CONFLICT (sha256) DO UPDATE SET"
                                                            + " wanted = excluded.wanted")
                                            .bind("digest", digest.octets())
                                            .bind("content", content)
                                            .bind("now", now.toEpochMilli())
                                            .execute());
                    return pieces.size();
                });
    }

    /** A piece's octets. */
    public Optional<byte[]> piece(Digest digest) {
        return Optional.ofNullable(pieces(List.of(digest)).get(digest));
    }

    /** Those of the pieces that are there. */
    public Map<Digest, byte[]> pieces(List<Digest> digests) {
        return database.transact(
                handle -> {
                    var found = new LinkedHashMap<Digest, byte[]>();
                    for (var digest : digests) {
                        handle.createQuery("SELECT content FROM list_piece WHERE sha256 = :digest")
                                .bind("digest", digest.octets())
                                .map((row, _) -> row.getBytes("content"))
                                .findFirst()
                                .ifPresent(content -> found.put(digest, content));
                    }
                    return found;
                });
    }

    /** Whether a published version names the list. */
    public boolean isPublished(Digest root) {
        return database.transact(
                handle ->
                        handle.createQuery("SELECT 1 FROM policy_list WHERE root = :root LIMIT 1")
                                .bind("root", root.octets())
                                .mapTo(Integer.class)
                                .findFirst()
                                .isPresent());
    }

    /** The lists that the newest versions name, of so many versions. */
    public List<Digest> newestRoots(int versions) {
        return database.transact(
                handle ->
                        handle.createQuery(
                                        "SELECT DISTINCT root FROM policy_list WHERE version IN (SELECT version FROM"
                                                + " policy_version ORDER BY version DESC LIMIT :versions)")
                                .bind("versions", versions)
                                .map((row, _) -> digest(row.getBytes("root")))
                                .list());
    }

    /**
     * Gives up pieces that are not among these and that nobody has put since, and says how many.
     * What is put and not yet named by a version is safe as long as that takes less.
     */
    public int keepOnly(Set<Digest> kept, Instant since) {
        var idle =
                database.transact(
                        handle ->
                                handle
                                        .createQuery(
                                                "SELECT sha256 FROM list_piece WHERE wanted < :since")
                                        .bind("since", since.toEpochMilli())
                                        .map((row, _) -> digest(row.getBytes("sha256")))
                                        .stream()
                                        .filter(digest -> !kept.contains(digest))
                                        .toList());
        for (int from = 0; from < idle.size(); from += BATCH) {
            var batch = idle.subList(from, Math.min(from + BATCH, idle.size()));
            database.transact(
                    handle -> {
                        batch.forEach(
                                digest ->
                                        handle.createUpdate(
                                                        "DELETE FROM list_piece WHERE sha256 = :digest AND wanted < :since")
                                                .bind("digest", digest.octets())
                                                .bind("since", since.toEpochMilli())
                                                .execute());
                        return batch.size();
                    });
        }
        return idle.size();
    }

    /** The last good lists of places, whether a version names them or not. */
    public List<Digest> fetchedRoots() {
        return database.transact(
                handle ->
                        handle.createQuery("SELECT root FROM list_source WHERE names > 0")
                                .map((row, _) -> digest(row.getBytes("root")))
                                .list());
    }

    /** In the transaction that keeps the version. */
    static void insertNames(Handle handle, long version, BundleManifest manifest) {
        manifest.getListsList()
                .forEach(
                        list ->
                                handle.createUpdate(
                                                "INSERT INTO policy_list VALUES (:version, :name, :root)")
                                        .bind("version", version)
                                        .bind("name", list.getName())
                                        .bind("root", list.getRoot().toByteArray())
                                        .execute());
    }

    /**
     * What is known of a place that a list is fetched from.
     *
     * @param source names place and proof
     * @param name of the list
     * @param url where it is
     * @param etag that came with the last good one; empty where none did
     * @param lastModified likewise
     * @param good the last good one
     * @param checked when it was last looked at
     * @param problem of that look; empty when there was none
     * @param failures in a row
     */
    public record Source(
            String source,
            String name,
            String url,
            String etag,
            String lastModified,
            Optional<Good> good,
            Instant checked,
            String problem,
            long failures) {}

    /** A list that was fetched, and that edges may have. */
    public record Good(Digest root, long names, long octets, Instant fetched) {}

    /** Every place that was ever looked at. */
    public List<Source> sources() {
        return database.read(
                handle ->
                        handle.createQuery("SELECT * FROM list_source ORDER BY name, source")
                                .map((row, _) -> source(row))
                                .list());
    }

    /** What is known of a place. */
    public Optional<Source> source(String source) {
        return database.read(
                handle ->
                        handle.createQuery("SELECT * FROM list_source WHERE source = :source")
                                .bind("source", source)
                                .map((row, _) -> source(row))
                                .findFirst());
    }

    /** Replaces what is known of a place. */
    public void put(Source source) {
        database.transact(
                handle -> {
                    handle.createUpdate("DELETE FROM list_source WHERE source = :source")
                            .bind("source", source.source())
                            .execute();
                    return handle.createUpdate(
                                    "INSERT INTO list_source VALUES (:source, :name, :url, :etag, :modified, :root, :names,"
                                            + " :octets, :fetched, :checked, :problem, :failures)")
                            .bind("source", source.source())
                            .bind("name", source.name())
                            .bind("url", source.url())
                            .bind("etag", source.etag())
                            .bind("modified", source.lastModified())
                            .bind(
                                    "root",
                                    source.good()
                                            .map(good -> good.root().octets())
                                            .orElse(new byte[0]))
                            .bind("names", source.good().map(Good::names).orElse(0L))
                            .bind("octets", source.good().map(Good::octets).orElse(0L))
                            .bind(
                                    "fetched",
                                    source.good()
                                            .map(good -> good.fetched().toEpochMilli())
                                            .orElse(0L))
                            .bind("checked", source.checked().toEpochMilli())
                            .bind("problem", source.problem())
                            .bind("failures", source.failures())
                            .execute();
                });
    }

    private static Source source(ResultSet row) throws SQLException {
        var root = row.getBytes("root");
        // SQLite's driver has no array for no octets.
        var good =
                root == null || root.length == 0
                        ? Optional.<Good>empty()
                        : Optional.of(
                                new Good(
                                        digest(root),
                                        row.getLong("names"),
                                        row.getLong("octets"),
                                        Instant.ofEpochMilli(row.getLong("fetched"))));
        return new Source(
                row.getString("source"),
                row.getString("name"),
                row.getString("url"),
                row.getString("etag"),
                row.getString("last_modified"),
                good,
                Instant.ofEpochMilli(row.getLong("checked")),
                row.getString("problem"),
                row.getLong("failures"));
    }

    private static Digest digest(byte[] octets) {
        return new Digest(HexFormat.of().formatHex(octets));
    }

    /** Half a megabyte of pages; other writers wait no longer than that takes. */
    private static final int BATCH = 64;
}
