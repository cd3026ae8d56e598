package io.overt.signer.store;

import io.overt.signer.issue.IndexException;
import io.overt.x509.CertificateFingerprint;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.bouncycastle.asn1.x509.Certificate;
import org.jdbi.v3.core.Handle;

/**
 * When the last certificate of an issuer ends. Read from the certificates, a thousand at a time, so
 * that who signs meanwhile waits for no more than that.
 */
final class LastEnd {

    /** How the database is looked into. */
    interface Looking {
        List<Row> at(Function<Handle, List<Row>> look) throws IndexException;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Row(long id, byte[] certificate) {}

    static Optional<Instant> of(CertificateFingerprint issuer, Looking database)
            throws IndexException {
        Optional<Instant> last = Optional.empty();
        long after = -1;
        while (true) {
            long from = after;
            List<Row> rows = database.at(handle -> rows(handle, issuer, from));
            if (rows.isEmpty()) {
                return last;
            }
            for (Row row : rows) {
                Instant end = end(row);
                last = last.filter(known -> !known.isBefore(end)).or(() -> Optional.of(end));
            }
            after = rows.getLast().id();
        }
    }

    private static List<Row> rows(Handle handle, CertificateFingerprint issuer, long after) {
        return handle.createQuery(
                        """
                        select rowid, certificate from issuance
                        where rowid > :after and issuer_sha256 = :issuer and certificate is not null
                        order by rowid limit 1000
                        """)
                .bind("after", after)
                .bind("issuer", issuer.bytes())
                .map((row, _) -> new Row(row.getLong(1), row.getBytes(2)))
                .list();
    }

    private static Instant end(Row row) throws IndexException {
        try {
            return Certificate.getInstance(row.certificate()).getEndDate().getDate().toInstant();
        } catch (IllegalArgumentException e) {
            // Whether it has ended nobody can tell.
            throw new IndexException(
                    "certificate in row %d of the store cannot be read".formatted(row.id()), e);
        }
    }

    private LastEnd() {}
}
