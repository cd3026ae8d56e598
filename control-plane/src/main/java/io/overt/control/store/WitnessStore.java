package io.overt.control.store;

import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TreeHead;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a witness must not forget: the head of each log that it vouches for, and every fork that was
 * proven. Each method is one transaction and blocks; what has returned is on the disk. Thread-safe,
 * and safe for several control planes on one store: {@link #advance} compares and swaps.
 */
public final class WitnessStore {
    private final Database database;

    /** Uses the database; does not close it. */
    public WitnessStore(Database database) {
        this.database = database;
    }

    /** The head that this log's next one has to continue; nothing for a log never seen. */
    public Optional<WitnessedHead> head(String origin) {
        return database.read(
                handle ->
                        handle.createQuery("SELECT * FROM witness_head WHERE origin = :origin")
                                .bind("origin", origin)
                                .map((row, _) -> head(row))
                                .findOne());
    }

    /**
     * Puts a head in the place of another.
     *
     * @param before what {@link #head} said when the next one was compared with it
     * @return false when somebody else was faster: nothing has changed, and what was proven is
     *     worth nothing
     */
    public boolean advance(Optional<WitnessedHead> before, WitnessedHead next) {
        return database.transact(
                handle -> {
                    var update =
                            before.isEmpty()
                                    ? handle.createUpdate(
                                            "INSERT INTO witness_head VALUES (:origin, :size, :root, :note, :grown,"
                                                    + " :cosigned) ON CONFLICT DO NOTHING")
                                    : handle.createUpdate(
                                                    "UPDATE witness_head SET size = :size, root = :root, note = :note,"
                                                            + " grown_at = :grown, cosigned_at = :cosigned WHERE origin ="
                                                            + " :origin AND size = :before AND root = :beforeRoot AND"
                                                            + " cosigned_at = :beforeTime")
                                            .bind("before", before.get().head().size())
                                            .bind("beforeRoot", before.get().head().root().bytes())
                                            .bind(
                                                    "beforeTime",
                                                    before.get().cosignedAt().getEpochSecond());
                    return update.bind("origin", next.origin())
                                    .bind("size", next.head().size())
                                    .bind("root", next.head().root().bytes())
                                    .bind("note", text(next.note()))
                                    .bind("grown", next.grownAt().toEpochMilli())
                                    .bind("cosigned", next.cosignedAt().getEpochSecond())
                                    .execute()
                            == 1;
                });
    }

    /**
     * Keeps evidence, once, and no more of it than anybody will read: a log that forks at each look
     * must not fill the disk.
     */
    public void keep(ForkEvidence evidence) {
        database.transact(
                handle ->
                        handle.createUpdate(
                                        "INSERT INTO witness_fork SELECT :origin, :seen, :known, :shown, :proof, before FROM"
                                                + " (SELECT count(*) AS before FROM witness_fork WHERE origin = :origin) AS kept"
                                                + " WHERE before < :most ON CONFLICT DO NOTHING")
                                .bind("origin", evidence.origin())
                                .bind("seen", evidence.seenAt().toEpochMilli())
                                .bind("known", text(evidence.known()))
                                .bind("shown", text(evidence.shown()))
                                .bind("proof", proof(evidence))
                                .bind("most", MOST_EVIDENCE)
                                .execute());
    }

    /** Evidence against a log, the first before the later. */
    public List<ForkEvidence> forks(String origin) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT * FROM witness_fork WHERE origin = :origin ORDER BY position, seen_at")
                                .bind("origin", origin)
                                .map((row, _) -> evidence(row))
                                .list());
    }

    private static WitnessedHead head(ResultSet row) throws SQLException {
        try {
            return new WitnessedHead(
                    row.getString("origin"),
                    new TreeHead(row.getLong("size"), MerkleHash.of(row.getBytes("root"))),
                    note(row.getString("note")),
                    Instant.ofEpochMilli(row.getLong("grown_at")),
                    Instant.ofEpochSecond(row.getLong("cosigned_at")));
        } catch (MalformedLogException | IllegalArgumentException e) {
            throw new SQLException("table witness_head: " + e.getMessage(), e);
        }
    }

    private static ForkEvidence evidence(ResultSet row) throws SQLException {
        try {
            var hashes = new ArrayList<MerkleHash>();
            for (var line : row.getString("proof").split("\n")) {
                hashes.add(MerkleHash.ofBase64(line));
            }
            return new ForkEvidence(
                    row.getString("origin"),
                    Instant.ofEpochMilli(row.getLong("seen_at")),
                    note(row.getString("known")),
                    note(row.getString("shown")),
                    hashes.getFirst(),
                    hashes.subList(1, hashes.size()));
        } catch (MalformedLogException e) {
            throw new SQLException("table witness_fork: " + e.getMessage(), e);
        }
    }

    private static String proof(ForkEvidence evidence) {
        var text = new StringBuilder(evidence.otherwise().base64()).append('\n');
        evidence.proof().forEach(hash -> text.append(hash.base64()).append('\n'));
        return text.toString();
    }

    private static String text(SignedNote note) {
        return new String(note.encoded(), StandardCharsets.UTF_8);
    }

    private static SignedNote note(String text) throws MalformedLogException {
        return SignedNote.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Of each log. One proves everything; a few more show how it went on. */
    private static final int MOST_EVIDENCE = 16;
}
