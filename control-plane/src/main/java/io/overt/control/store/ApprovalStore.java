package io.overt.control.store;

import com.google.protobuf.ByteString;
import io.overt.service.bundle.PolicySignature;
import java.time.Instant;
import java.util.List;

/**
 * People's signatures, by the digest of what they signed; whether they count is for others to say.
 * Each method is one transaction and blocks. Thread-safe.
 */
public final class ApprovalStore {
    private final Database database;

    /**
     * One.
     *
     * @param handedInBy fleet identity of who brought it, not of who signed
     */
    public record Kept(ByteString signature, Instant at, String handedInBy) {}

    /** Uses the database; does not close it. */
    public ApprovalStore(Database database) {
        this.database = database;
    }

    /** Of this statement, the first before the later. */
    public List<Kept> of(ByteString statementSha256) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT * FROM policy_approval WHERE statement_sha256 = :statement ORDER BY at,"
                                                + " signature_sha256")
                                .bind("statement", statementSha256.toByteArray())
                                .map(
                                        (row, _) ->
                                                new Kept(
                                                        ByteString.copyFrom(
                                                                row.getBytes("signature")),
                                                        Instant.ofEpochMilli(row.getLong("at")),
                                                        row.getString("handed_in_by")))
                                .list());
    }

    /** Keeps it, once. */
    public void add(ByteString statementSha256, Kept approval) {
        database.transact(
                handle ->
                        handle.createUpdate(
                                        "INSERT INTO policy_approval VALUES (:statement, :digest, :signature, :at, :by) ON"
                                                + " CONFLICT DO NOTHING")
                                .bind("statement", statementSha256.toByteArray())
                                .bind(
                                        "digest",
                                        PolicySignature.sha256(approval.signature().toByteArray()))
                                .bind("signature", approval.signature().toByteArray())
                                .bind("at", approval.at().toEpochMilli())
                                .bind("by", approval.handedInBy())
                                .execute());
    }
}
