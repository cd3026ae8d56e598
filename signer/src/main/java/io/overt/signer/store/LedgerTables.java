package io.overt.signer.store;

import io.overt.signer.issue.IssuanceIndex.Intended;
import io.overt.signer.issue.IssuanceIndex.Kept;
import io.overt.signer.issue.TbsDigest;
import io.overt.signer.log.Ledger;
import io.overt.x509.CertificateFingerprint;
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

    static Optional<Kept> certificate(Handle handle, TbsDigest digest) {
        return handle.createQuery(
                        "select certificate, result_entry from issuance where tbs_sha256 = :tbs and certificate is not null")
                .bind("tbs", digest.bytes())
                .map(
                        (row, _) -> {
                            long entry = row.getLong("result_entry");
                            OptionalLong index =
                                    row.wasNull() ? OptionalLong.empty() : OptionalLong.of(entry);
                            return new Kept(row.getBytes("certificate"), index);
                        })
                .findOne();
    }

    static Intended intend(Handle handle, Ledger.IntentRow intent, byte[] entry) {
        Optional<Kept> before = certificate(handle, intent.digest());
        if (before.isPresent()) {
            return new Intended.Before(before.get());
        }
        handle.createUpdate(
                        """
                        insert into issuance
                          (tbs_sha256, issuer_sha256, server_name, requester, intended_at, attempts,
                           leaf_sha256, serial)
                        values (:tbs, :issuer, :server, :requester, :at, 1, :leaf, :serial)
                        on conflict (tbs_sha256) do update
                          set attempts = attempts + 1, leaf_sha256 = :leaf, serial = :serial
                        """)
                .bind("tbs", intent.digest().bytes())
                .bind("issuer", intent.issuer().bytes())
                .bind("server", intent.server())
                .bind("requester", intent.requester())
                .bind("at", intent.at().toString())
                .bind("leaf", intent.leaf().bytes())
                .bind("serial", intent.serial().toByteArray())
                .execute();
        // An intent stands until its result: a token that is away for an hour leaves one a TBS.
        Optional<Long> logged =
                handle.createQuery(
                                "select intent_entry from issuance where tbs_sha256 = :tbs and intent_entry is not null")
                        .bind("tbs", intent.digest().bytes())
                        .mapTo(Long.class)
                        .findOne();
        if (logged.isPresent()) {
            return new Intended.Noted(logged.get());
        }
        long index = append(handle, entry);
        handle.createUpdate("update issuance set intent_entry = :entry where tbs_sha256 = :tbs")
                .bind("entry", index)
                .bind("tbs", intent.digest().bytes())
                .execute();
        return new Intended.Noted(index);
    }

    static Optional<Kept> store(
            Handle handle, TbsDigest digest, byte[] certificate, byte[] entry, Instant at) {
        int kept =
                handle.createUpdate(
                                """
                                update issuance set certificate = :certificate, issued_at = :at
                                where tbs_sha256 = :tbs and certificate is null
                                """)
                        .bind("certificate", certificate)
                        .bind("at", at.toString())
                        .bind("tbs", digest.bytes())
                        .execute();
        if (kept == 1) {
            handle.createUpdate("update issuance set result_entry = :entry where tbs_sha256 = :tbs")
                    .bind("entry", append(handle, entry))
                    .bind("tbs", digest.bytes())
                    .execute();
        }
        return certificate(handle, digest);
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
        long index = size(handle);
        handle.createUpdate("insert into log_entry (idx, entry) values (:index, :entry)")
                .bind("index", index)
                .bind("entry", entry)
                .execute();
        return index;
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

    private static final String CHECKPOINT = "checkpoint";
    private static final String NAMING_KEY = "naming key";
    private static final String PROBE = "probe";

    /** Two of the longest entries. */
    private static final int PROBE_BYTES = 128 << 10;
}
