package io.overt.signer.store;

import io.overt.signer.act.ActBook;
import io.overt.signer.crl.CrlBook;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.IssuanceIndex.Intended;
import io.overt.signer.issue.IssuanceIndex.Kept;
import io.overt.signer.issue.LeafKeyRegister;
import io.overt.signer.issue.TbsDigest;
import io.overt.signer.log.Ledger;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.Epoch;
import io.overt.x509.LeafPublicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The signer's memory in a SQLite file (ADR 0022). A lock beside it keeps a second signer out: two
 * of them would each give a TBS a certificate. Whoever opens it closes it.
 */
public final class SqliteStore implements Ledger, LeafKeyRegister, AutoCloseable {

    private static final List<String> SCHEMA =
            List.of(
                    """
                    create table if not exists issuance (
                      tbs_sha256    blob primary key not null,
                      issuer_sha256 blob not null,
                      server_name   text not null,
                      requester     text not null,
                      intended_at   text not null,
                      attempts      integer not null,
                      certificate   blob,
                      issued_at     text
                    ) strict
                    """,
                    "create index if not exists open_intent on issuance (intended_at) where certificate is null",
                    """
                    create table if not exists leaf_key (
                      site        text not null,
                      epoch       integer not null,
                      spki        blob not null,
                      requester   text not null,
                      enrolled_at text not null,
                      primary key (site, epoch, spki)
                    ) strict
                    """,
                    LedgerTables.ENTRIES,
                    LedgerTables.FACTS,
                    SqliteActs.TABLE,
                    SqliteCrls.TABLE);

    private static final String ENROLLED =
            "select 1 from leaf_key where site = :site and epoch = :epoch and spki = :spki";

    private static final String ENROLLED_PREPARED = ENROLLED.replaceAll(":[a-z]+", "?");

    private final FileChannel lock;
    private final GroupCommit database;
    private final CommittedReader reader;

    /**
     * Opens the file, or makes it.
     *
     * @param deadline of each call
     * @throws IndexException when it cannot be used, or another process has it
     */
    public static SqliteStore open(Path file, Duration deadline) throws IndexException {
        FileChannel lock = lock(file);
        try {
            SqliteStore store =
                    new SqliteStore(
                            lock,
                            new GroupCommit(file, deadline, SCHEMA),
                            new CommittedReader(file, deadline));
            try {
                var _ = store.database.run(LedgerTables::addColumns);
                LeafColumns.add(store.database);
                return store;
            } catch (IndexException e) {
                store.database.close();
                throw e;
            }
        } catch (IndexException e) {
            release(lock);
            throw e;
        }
    }

    private SqliteStore(FileChannel lock, GroupCommit database, CommittedReader reader) {
        this.lock = lock;
        this.database = database;
        this.reader = reader;
    }

    @Override
    public Optional<Kept> find(TbsDigest digest) throws IndexException {
        return reader.look(statements -> LedgerTables.certificate(statements, digest));
    }

    @Override
    public Intended intend(IntentRow row, byte[] entry) throws IndexException {
        return database.runPrepared(statements -> LedgerTables.intend(statements, row, entry));
    }

    @Override
    public Kept store(TbsDigest digest, byte[] certificate, byte[] entry, Instant at)
            throws IndexException {
        return database.runPrepared(
                        statements ->
                                LedgerTables.store(statements, digest, certificate, entry, at))
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "a certificate without an intent: " + digest));
    }

    @Override
    public long append(byte[] entry) throws IndexException {
        return database.run(handle -> LedgerTables.append(handle, entry));
    }

    @Override
    public void appendIfNew(String name, byte[] told, byte[] entry) throws IndexException {
        var _ = database.run(handle -> LedgerTables.appendIfNew(handle, name, told, entry));
    }

    @Override
    public byte[] namingKey(byte[] candidate) throws IndexException {
        return database.run(handle -> LedgerTables.namingKey(handle, candidate));
    }

    @Override
    public long size() throws IndexException {
        return database.run(LedgerTables::size);
    }

    @Override
    public List<byte[]> entries(long from, int most) throws IndexException {
        return database.run(handle -> LedgerTables.entries(handle, from, most));
    }

    @Override
    public Optional<byte[]> checkpoint() throws IndexException {
        return database.run(LedgerTables::checkpoint);
    }

    @Override
    public void advance(Optional<byte[]> last, byte[] next) throws IndexException {
        if (!database.run(handle -> LedgerTables.advance(handle, last, next))) {
            throw new IndexException("another checkpoint was signed since: is there a second log?");
        }
    }

    @Override
    public void prune(long below) throws IndexException {
        var _ = database.run(handle -> LedgerTables.prune(handle, below));
    }

    @Override
    public void probe() throws IndexException {
        var _ = database.run(LedgerTables::probe);
    }

    /**
     * Intents without a certificate: a signer ended, or lost its token or disk, in the middle of an
     * issuance.
     */
    public int openIntents() throws IndexException {
        return database.run(
                handle ->
                        handle.createQuery(
                                        "select count(*) from issuance where certificate is null")
                                .mapTo(Integer.class)
                                .one());
    }

    /**
     * How often this issuer's key was asked for a signature on a day, UTC: by intents of that day,
     * and by earlier ones that came to a certificate on it.
     */
    public long signatures(CertificateFingerprint issuer, LocalDate day) throws IndexException {
        return database.run(handle -> LedgerTables.signatures(handle, issuer, day));
    }

    @Override
    public Enrolment enrol(
            String site,
            Epoch epoch,
            LeafPublicKey key,
            String requester,
            int limit,
            Epoch oldest,
            Instant at)
            throws IndexException {
        return database.run(
                handle -> {
                    handle.createUpdate("delete from leaf_key where epoch < :oldest")
                            .bind("oldest", oldest.number() - REMEMBERED_EPOCHS)
                            .execute();
                    if (isOfAnotherEpoch(handle, epoch, key)) {
                        return Enrolment.OF_ANOTHER_EPOCH;
                    }
                    if (isEnrolled(handle, site, epoch, key)) {
                        return Enrolment.ENROLLED;
                    }
                    int enrolled =
                            handle.createQuery(
                                            "select count(*) from leaf_key where site = :site and epoch = :epoch")
                                    .bind("site", site)
                                    .bind("epoch", epoch.number())
                                    .mapTo(Integer.class)
                                    .one();
                    if (enrolled >= limit) {
                        return Enrolment.FULL;
                    }
                    handle.createUpdate(
                                    """
                                    insert into leaf_key (site, epoch, spki, requester, enrolled_at)
                                    values (:site, :epoch, :spki, :requester, :at)
                                    """)
                            .bind("site", site)
                            .bind("epoch", epoch.number())
                            .bind("spki", key.spki())
                            .bind("requester", requester)
                            .bind("at", at.toString())
                            .execute();
                    return Enrolment.ENROLLED;
                });
    }

    @Override
    public boolean enrolled(String site, Epoch epoch, LeafPublicKey key) throws IndexException {
        return reader.look(statements -> isEnrolled(statements, site, epoch, key));
    }

    /** The acts that were applied. */
    public ActBook acts() {
        return new SqliteActs(database);
    }

    /** The CRLs, and what they are made of. */
    public CrlBook crls() {
        return new SqliteCrls(database);
    }

    @Override
    public void close() {
        reader.close();
        database.close();
        release(lock);
    }

    private static boolean isEnrolled(Handle handle, String site, Epoch epoch, LeafPublicKey key) {
        return handle.createQuery(ENROLLED)
                .bind("site", site)
                .bind("epoch", epoch.number())
                .bind("spki", key.spki())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    private static boolean isEnrolled(
            Prepared statements, String site, Epoch epoch, LeafPublicKey key) throws SQLException {
        PreparedStatement query = statements.of(ENROLLED_PREPARED);
        query.setString(1, site);
        query.setLong(2, epoch.number());
        query.setBytes(3, key.spki());
        try (ResultSet row = query.executeQuery()) {
            return row.next();
        }
    }

    private static boolean isOfAnotherEpoch(Handle handle, Epoch epoch, LeafPublicKey key) {
        return handle.createQuery(
                        "select 1 from leaf_key where epoch <> :epoch and spki = :spki limit 1")
                .bind("epoch", epoch.number())
                .bind("spki", key.spki())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    private static FileChannel lock(Path file) throws IndexException {
        Path beside = file.resolveSibling(file.getFileName() + ".lock");
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            FileChannel channel =
                    FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return channel;
            }
            channel.close();
        } catch (OverlappingFileLockException e) {
            throw new IndexException(file + ": in use by this very process", e);
        } catch (IOException e) {
            throw new IndexException(beside + ": " + e, e);
        }
        throw new IndexException(file + ": in use by another signer (its lock: " + beside + ")");
    }

    private static void release(FileChannel lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the lock of the store cannot be released", e);
        }
    }

    /** A year of weeks: for how long a leaf key that was used cannot come back in a later epoch. */
    private static final int REMEMBERED_EPOCHS = 52;
}
