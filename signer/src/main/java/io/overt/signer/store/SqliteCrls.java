package io.overt.signer.store;

import io.overt.signer.crl.CrlBook;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.x509.CertificateFingerprint;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** CRLs in the store, each written with its entry in the log. */
final class SqliteCrls implements CrlBook {

    static final String TABLE =
            """
            create table if not exists crl (
              issuer_sha256 blob primary key not null,
              number        integer not null,
              crl           blob,
              entry         integer
            ) strict
            """;

    private final GroupCommit database;

    SqliteCrls(GroupCommit database) {
        this.database = database;
    }

    @Override
    public long nextNumber(CertificateFingerprint issuer) throws IndexException {
        return database.run(
                handle ->
                        handle.createQuery(
                                        """
                                        insert into crl (issuer_sha256, number) values (:issuer, 1)
                                        on conflict (issuer_sha256) do update set number = number + 1
                                        returning number
                                        """)
                                .bind("issuer", issuer.bytes())
                                .mapTo(Long.class)
                                .one());
    }

    @Override
    public void keep(CertificateFingerprint issuer, byte[] crl, byte[] entry)
            throws IndexException {
        var _ =
                database.run(
                        handle ->
                                handle.createUpdate(
                                                "update crl set crl = :crl, entry = :entry where issuer_sha256 = :issuer")
                                        .bind("issuer", issuer.bytes())
                                        .bind("crl", crl)
                                        .bind("entry", LedgerTables.append(handle, entry))
                                        .execute());
    }

    @Override
    public Optional<byte[]> last(CertificateFingerprint issuer) throws IndexException {
        return database.run(
                handle ->
                        handle.createQuery(
                                        "select crl from crl where issuer_sha256 = :issuer and crl is not null")
                                .bind("issuer", issuer.bytes())
                                .mapTo(byte[].class)
                                .findOne());
    }

    @Override
    public List<byte[]> certificates(CertificateFingerprint issuer, LeafKeyDigest key)
            throws IndexException {
        return database.run(handle -> certificates(handle, issuer, key));
    }

    private static List<byte[]> certificates(
            Handle handle, CertificateFingerprint issuer, LeafKeyDigest key) {
        return handle.createQuery(
                        """
                        select certificate from issuance
                        where leaf_sha256 = :leaf and issuer_sha256 = :issuer and certificate is not null
                        """)
                .bind("leaf", key.bytes())
                .bind("issuer", issuer.bytes())
                .mapTo(byte[].class)
                .list();
    }

    @Override
    public Optional<Instant> lastEnd(CertificateFingerprint issuer) throws IndexException {
        return LastEnd.of(issuer, look -> database.run(look::apply));
    }

    @Override
    public Optional<byte[]> certificate(CertificateFingerprint issuer, BigInteger serial)
            throws IndexException {
        return database.run(handle -> certificate(handle, issuer, serial));
    }

    static Optional<byte[]> certificate(
            Handle handle, CertificateFingerprint issuer, BigInteger serial) {
        return handle.createQuery(
                        """
                        select certificate from issuance
                        where serial = :serial and issuer_sha256 = :issuer and certificate is not null
                        """)
                .bind("serial", serial.toByteArray())
                .bind("issuer", issuer.bytes())
                .mapTo(byte[].class)
                .findFirst();
    }
}
