package io.overt.signer.store;

import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.LeafKeyDigest;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By which leaf key and which serial number a certificate is found. For a store that is older than
 * these, they are read from its certificates, once, a thousand in a transaction; one that was ended
 * half-way goes on.
 */
final class LeafColumns {

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(long id, byte[] certificate) {}

    static void add(GroupCommit database) throws IndexException {
        var _ = database.run(LeafColumns::addColumns);
        long last = -1;
        while (true) {
            long after = last;
            Optional<Long> reached = database.run(handle -> fill(handle, after));
            if (reached.isEmpty()) {
                return;
            }
            last = reached.get();
        }
    }

    private static boolean addColumns(Handle handle) {
        boolean missing =
                handle.createQuery(
                                        "select count(*) from pragma_table_info('issuance') where name = 'leaf_sha256'")
                                .mapTo(Integer.class)
                                .one()
                        == 0;
        if (missing) {
            handle.execute("alter table issuance add column leaf_sha256 blob");
            handle.execute("alter table issuance add column serial blob");
            handle.execute("create index issuance_leaf on issuance (leaf_sha256)");
            handle.execute("create index issuance_serial on issuance (serial)");
        }
        return missing;
    }

    /** Answers the last row that was looked at. */
    private static Optional<Long> fill(Handle handle, long after) {
        List<Row> rows =
                handle.createQuery(
                                """
                                select rowid, certificate from issuance
                                where rowid > :after and leaf_sha256 is null and certificate is not null
                                order by rowid limit 1000
                                """)
                        .bind("after", after)
                        .map((row, _) -> new Row(row.getLong(1), row.getBytes(2)))
                        .list();
        for (Row row : rows) {
            try {
                X509Certificate certificate =
                        (X509Certificate)
                                CertificateFactory.getInstance("X.509")
                                        .generateCertificate(
                                                new ByteArrayInputStream(row.certificate()));
                handle.createUpdate(
                                "update issuance set leaf_sha256 = :leaf, serial = :serial where rowid = :id")
                        .bind("leaf", LeafKeyDigest.of(certificate.getPublicKey()).bytes())
                        .bind("serial", certificate.getSerialNumber().toByteArray())
                        .bind("id", row.id())
                        .execute();
            } catch (CertificateException e) {
                // It stays as it is: what cannot be read cannot be revoked by its key.
                LOG.atError()
                        .setCause(e)
                        .addKeyValue("row", row.id())
                        .log("a certificate in the store cannot be read");
            }
        }
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getLast().id());
    }

    private static final Logger LOG = LoggerFactory.getLogger(LeafColumns.class);

    private LeafColumns() {}
}
