package io.overt.signer.store;

import io.overt.signer.act.ActBook.Applied;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.x509.CertificateFingerprint;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteConfig;

/**
 * Looks into a store, also one that a running signer has open: it takes no lock of it and writes
 * nothing. Confined to one thread; whoever opens it closes it.
 */
public final class StoreReader implements AutoCloseable {

    /** An enrolled leaf key. */
    public record LeafKey(
            String site, long epoch, LeafKeyDigest digest, String requester, String enrolledAt) {}

    private final Path file;
    private final Handle handle;

    /**
     * Opens a store that is there.
     *
     * @param deadline of each look
     */
    public static StoreReader open(Path file, Duration deadline) throws IndexException {
        if (!Files.exists(file)) {
            throw new IndexException(file + ": no such store (expected: of a signer that ran)");
        }
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout((int) Math.min(deadline.toMillis(), 5_000));
        try {
            Connection connection = config.createConnection("jdbc:sqlite:" + file);
            return new StoreReader(file, Jdbi.create(connection).open());
        } catch (SQLException | JdbiException e) {
            throw new IndexException(file + ": " + GroupCommit.reason(e), e);
        }
    }

    private StoreReader(Path file, Handle handle) {
        this.file = file;
        this.handle = handle;
    }

    /** The acts that were applied, in their order. */
    public List<Applied> acts() throws IndexException {
        return read(SqliteActs::all);
    }

    /** The enrolled leaf keys, by site and epoch. */
    public List<LeafKey> leafKeys() throws IndexException {
        return read(
                now ->
                        now.createQuery(
                                        "select site, epoch, spki, requester, enrolled_at from leaf_key order by site, epoch, enrolled_at")
                                .map(
                                        (row, _) ->
                                                new LeafKey(
                                                        row.getString("site"),
                                                        row.getLong("epoch"),
                                                        LeafKeyDigest.ofSpki(row.getBytes("spki")),
                                                        row.getString("requester"),
                                                        row.getString("enrolled_at")))
                                .list());
    }

    /** Whether an issuer has signed a certificate of this serial number. */
    public boolean certificate(CertificateFingerprint issuer, BigInteger serial)
            throws IndexException {
        return read(now -> SqliteCrls.certificate(now, issuer, serial).isPresent());
    }

    /** When the last certificate of an issuer ends. */
    public Optional<Instant> lastEnd(CertificateFingerprint issuer) throws IndexException {
        return LastEnd.of(issuer, this::read);
    }

    private <T> T read(Function<Handle, T> look) throws IndexException {
        try {
            return look.apply(handle);
        } catch (JdbiException e) {
            throw new IndexException(file + ": " + GroupCommit.reason(e), e);
        }
    }

    @Override
    public void close() {
        handle.close();
    }
}
