package io.overt.signer.store;

import io.overt.signer.issue.IssuanceIndex.Intended;
import io.overt.signer.issue.IssuanceIndex.Kept;
import io.overt.signer.issue.TbsDigest;
import io.overt.signer.log.Ledger;
import io.overt.x509.CertificateFingerprint;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/**
 * The SQL of issuances and log entries, each a piece of a transaction: the row of a certificate and
 * its entry are written together or not at all.
 */
final class LedgerTables {

    private LedgerTables() {}

    /** Entries that are not in the log's files for good yet; numbered from 0. */
    static final String ENTRIES =
            """
            create table if not exists log_entry (
              idx   integer primary key not null,
              entry blob not null
            ) strict
            """;

    /** Single values: the last checkpoint, the naming key, what was told last of an issuer. */
    static final String FACTS =
            """
            create table if not exists log_fact (
              name  text primary key not null,
              value blob not null
            ) strict
            """;

    /** For a store that is older than the log. */
    static boolean addColumns(Handle handle) {
        boolean missing =
                handle.createQuery(
                                        "select count(*) from pragma_table_info('issuance') where name = 'result_entry'")
                                .mapTo(Integer.class)
                                .one()
                        == 0;
        if (missing) {
            handle.execute("alter table issuance add column intent_entry integer");
            handle.execute("alter table issuance add column result_entry integer");
        }
        return missing;
    }

    static Optional<Kept> certificate(Prepared statements, TbsDigest digest) throws SQLException {
        PreparedStatement query = statements.of(CERTIFICATE);
        query.setBytes(1, digest.bytes());
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? kept(row) : Optional.empty();
        }
    }

    private static Optional<Kept> kept(ResultSet row) throws SQLException {
        byte[] certificate = row.getBytes("certificate");
        return certificate == null
                ? Optional.empty()
                : Optional.of(new Kept(certificate, number(row, "result_entry")));
    }

    private static OptionalLong number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }

    static Intended intend(Prepared statements, Ledger.IntentRow intent, byte[] entry)
            throws SQLException {
        OptionalLong logged = OptionalLong.empty();
        boolean again = false;
        PreparedStatement query = statements.of(CERTIFICATE);
        query.setBytes(1, intent.digest().bytes());
        try (ResultSet row = query.executeQuery()) {
            if (row.next()) {
                Optional<Kept> before = kept(row);
                if (before.isPresent()) {
                    return new Intended.Before(before.get());
                }
                again = true;
                logged = number(row, "intent_entry");
            }
        }
        // An intent stands until its result: a token that is away for an hour leaves one a TBS.
        long index = logged.isPresent() ? logged.getAsLong() : append(statements, entry);
        PreparedStatement noted = statements.of(again ? INTENDED_AGAIN : INTENDED);
        noted.setBytes(1, intent.leaf().bytes());
        noted.setBytes(2, intent.serial().toByteArray());
        noted.setLong(3, index);
        noted.setBytes(4, intent.digest().bytes());
        if (!again) {
            noted.setBytes(5, intent.issuer().bytes());
            noted.setString(6, intent.server());
            noted.setString(7, intent.requester());
            noted.setString(8, intent.at().toString());
        }
        noted.executeUpdate();
        return new Intended.Noted(index);
    }

    /** Nothing where there is no intent; what is kept already stays. */
    static Optional<Kept> store(
            Prepared statements, TbsDigest digest, byte[] certificate, byte[] entry, Instant at)
            throws SQLException {
        PreparedStatement query = statements.of(CERTIFICATE);
        query.setBytes(1, digest.bytes());
        try (ResultSet row = query.executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            Optional<Kept> before = kept(row);
            if (before.isPresent()) {
                return before;
            }
        }
        long index = append(statements, entry);
        PreparedStatement update = statements.of(STORED);
        update.setBytes(1, certificate);
        update.setString(2, at.toString());
        update.setLong(3, index);
        update.setBytes(4, digest.bytes());
        if (update.executeUpdate() != 1) {
            throw new SQLException("the row of " + digest + " went away within a transaction");
        }
        return Optional.of(new Kept(certificate, OptionalLong.of(index)));
    }

    private static long append(Prepared statements, byte[] entry) throws SQLException {
        PreparedStatement insert = statements.of(APPEND_PREPARED);
        insert.setBytes(1, entry);
        try (ResultSet row = insert.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("an entry was not numbered");
            }
            return row.getLong(1);
        }
    }

    static long signatures(Handle handle, CertificateFingerprint issuer, LocalDate day) {
        // The first ten characters of an instant are its date, whatever follows the seconds.
        return handle.createQuery(
                        """
                        select coalesce(sum(attempts), 0) from issuance
                        where issuer_sha256 = :issuer
                          and (substr(intended_at, 1, 10) = :day or substr(issued_at, 1, 10) = :day)
                        """)
                .bind("issuer", issuer.bytes())
                .bind("day", day.toString())
                .mapTo(Long.class)
                .one();
    }

    static long append(Handle handle, byte[] entry) {
        return handle.createQuery(APPEND).bind("entry", entry).mapTo(Long.class).one();
    }

    static boolean appendIfNew(Handle handle, String name, byte[] told, byte[] entry) {
        if (fact(handle, name).filter(last -> Arrays.equals(last, told)).isPresent()) {
            return false;
        }
        setFact(handle, name, told);
        append(handle, entry);
        return true;
    }

    static byte[] namingKey(Handle handle, byte[] candidate) {
        return fact(handle, NAMING_KEY)
                .orElseGet(
                        () -> {
                            setFact(handle, NAMING_KEY, candidate);
                            return candidate;
                        });
    }

    /** The last entry is never pruned, so that its number is known. */
    static long size(Handle handle) {
        return handle.createQuery("select coalesce(max(idx), -1) + 1 from log_entry")
                .mapTo(Long.class)
                .one();
    }

    static List<byte[]> entries(Handle handle, long from, int most) {
        return handle.createQuery(
                        "select entry from log_entry where idx >= :from order by idx limit :most")
                .bind("from", from)
                .bind("most", most)
                .mapTo(byte[].class)
                .list();
    }

    static Optional<byte[]> checkpoint(Handle handle) {
        return fact(handle, CHECKPOINT);
    }

    static boolean advance(Handle handle, Optional<byte[]> last, byte[] next) {
        Optional<byte[]> present = checkpoint(handle);
        boolean asExpected =
                present.isPresent() == last.isPresent()
                        && (last.isEmpty() || Arrays.equals(present.get(), last.get()));
        if (asExpected) {
            setFact(handle, CHECKPOINT, next);
        }
        return asExpected;
    }

    static int prune(Handle handle, long below) {
        return handle.createUpdate(
                        "delete from log_entry where idx < :below and idx < (select max(idx) from log_entry)")
                .bind("below", below)
                .execute();
    }

    static boolean probe(Handle handle) {
        setFact(handle, PROBE, new byte[PROBE_BYTES]);
        return true;
    }

    private static Optional<byte[]> fact(Handle handle, String name) {
        return handle.createQuery("select value from log_fact where name = :name")
                .bind("name", name)
                .mapTo(byte[].class)
                .findOne();
    }

    private static void setFact(Handle handle, String name, byte[] value) {
        handle.createUpdate(
                        """
                        insert into log_fact (name, value) values (:name, :value)
                        on conflict (name) do update set value = :value
                        """)
                .bind("name", name)
                .bind("value", value)
                .execute();
    }

    /** The last entry is never pruned, so that its number is known. */
    private static final String APPEND =
            "insert into log_entry (idx, entry) select coalesce(max(idx), -1) + 1, :entry from log_entry returning idx";

    private static final String APPEND_PREPARED = APPEND.replace(":entry", "?");

    private static final String CERTIFICATE =
            "select certificate, result_entry, intent_entry from issuance where tbs_sha256 = ?";

    private static final String INTENDED =
            """
            insert into issuance
              (leaf_sha256, serial, intent_entry, tbs_sha256, issuer_sha256, server_name, requester, intended_at,
               attempts)
            values (?, ?, ?, ?, ?, ?, ?, ?, 1)
            """;

    private static final String INTENDED_AGAIN =
            """
            update issuance set attempts = attempts + 1, leaf_sha256 = ?, serial = ?, intent_entry = ?
            where tbs_sha256 = ?
            """;

    private static final String STORED =
            "update issuance set certificate = ?, issued_at = ?, result_entry = ? where tbs_sha256 = ?";

    private static final String CHECKPOINT = "checkpoint";
    private static final String NAMING_KEY = "naming key";
    private static final String PROBE = "probe";

    /** Two of the longest entries. */
    private static final int PROBE_BYTES = 128 << 10;
}
