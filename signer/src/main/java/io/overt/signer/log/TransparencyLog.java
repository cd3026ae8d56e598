package io.overt.signer.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.log.v1.Entry;
import io.overt.proto.log.v1.Issued;
import io.overt.proto.log.v1.IssuerStanding;
import io.overt.proto.log.v1.Result;
import io.overt.proto.log.v1.Trust;
import io.overt.proto.log.v1.Withheld;
import io.overt.service.admin.Readiness;
import io.overt.signer.ceremony.CeremonyRecord;
import io.overt.signer.issue.Described;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.IssuanceIndex;
import io.overt.signer.issue.Issuer;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.signer.issue.TbsDigest;
import io.overt.signer.key.SigningKey;
import io.overt.x509.Hashes;
import io.overt.x509.tlog.NoteKey;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The index as the desk has it, and every step of it an entry of the log: an intent before the
 * signature, a result before the certificate leaves. Whatever cannot be logged is not signed.
 *
 * <p>Thread-safe; blocks. Whoever opens it closes it, before the ledger and the key.
 */
public final class TransparencyLog implements IssuanceIndex, AutoCloseable {

    /**
     * Which log, and how it is kept.
     *
     * @param folder of its files
     * @param key its public half and its origin
     * @param readers who can read host names
     * @param interval between two checkpoints while there are new entries
     * @param heartbeat without another entry for so long, one is written that says so
     * @param maxUnpublished entries older than this without a checkpoint stop signing
     */
    public record Settings(
            LogFolder folder,
            NoteKey key,
            ReadersKey readers,
            Duration interval,
            Duration heartbeat,
            Duration maxUnpublished) {}

    private final Ledger ledger;
    private final LogSealer sealer;
    private final LogPublisher publisher;
    private final InstantSource clock;

    /**
     * Opens a log where it is, and brings its files up to the ledger.
     *
     * @param key signs checkpoints; its public half is that of the settings
     * @param readiness told whether the log can be written
     * @throws IndexException when the ledger cannot be used
     * @throws IOException when the files cannot be, or are not of this ledger
     */
    public static TransparencyLog open(
            Settings settings,
            SigningKey key,
            Ledger ledger,
            InstantSource clock,
            MeterRegistry registry,
            Readiness.Condition readiness)
            throws IndexException, IOException {
        LogPublisher publisher =
                LogPublisher.start(
                        settings, key, ledger, clock, new LogMeters(registry), readiness);
        try {
            return new TransparencyLog(
                    ledger,
                    new LogSealer(settings.key().name(), settings.readers(), ledger, clock),
                    publisher,
                    clock);
        } catch (IndexException e) {
            publisher.close();
            throw e;
        }
    }

    private TransparencyLog(
            Ledger ledger, LogSealer sealer, LogPublisher publisher, InstantSource clock) {
        this.ledger = ledger;
        this.sealer = sealer;
        this.publisher = publisher;
        this.clock = clock;
    }

    /** Notes the issuers as they are now, where that is new. */
    public void standing(List<Issuer> issuers) throws IndexException {
        for (Issuer issuer : issuers) {
            IssuerStanding standing =
                    IssuerStanding.newBuilder()
                            .setIssuer(Described.issuer(issuer))
                            .setTrust(
                                    switch (issuer.ca().trust()) {
                                        case TRUSTED -> Trust.TRUST_TRUSTED;
                                        case UNTRUSTED -> Trust.TRUST_UNTRUSTED;
                                    })
                            .build();
            ledger.appendIfNew(
                    "issuer " + issuer.ca().fingerprint().hex(),
                    Hashes.sha256(standing.toByteArray()),
                    entry(clock.instant()).setIssuer(standing).build().toByteArray());
        }
    }

    @Override
    public Optional<Kept> find(TbsDigest digest) throws IndexException {
        return ledger.find(digest);
    }

    @Override
    public Intended intend(IssuanceIndex.Intent intent) throws IndexException {
        publisher.requireWritable();
        return written(
                () -> {
                    ContentSeal seal = sealer.current();
                    BigInteger serial = serial(intent);
                    byte[] id = seal.certificateId(intent.issuer().fingerprint(), serial);
                    byte[] entry =
                            entry(intent.at())
                                    .setIntent(
                                            io.overt.proto.log.v1.Intent.newBuilder()
                                                    .setCertificateId(ByteString.copyFrom(id))
                                                    .setIssuerSha256(
                                                            ByteString.copyFrom(
                                                                    intent.issuer()
                                                                            .fingerprint()
                                                                            .bytes()))
                                                    .setRequester(intent.requester())
                                                    .setSealed(
                                                            seal.seal(
                                                                    "intent",
                                                                    id,
                                                                    evidence(intent))))
                                    .build()
                                    .toByteArray();
                    return ledger.intend(
                            new Ledger.IntentRow(
                                    TbsDigest.of(intent.tbs()),
                                    intent.issuer().fingerprint(),
                                    intent.server(),
                                    intent.requester(),
                                    LeafKeyDigest.of(intent.evidence().key()),
                                    serial,
                                    intent.at()),
                            entry);
                });
    }

    @Override
    public Kept store(
            IssuanceIndex.Intent intent, Intended.Noted noted, byte[] certificate, Instant at)
            throws IndexException {
        return written(
                () -> {
                    ContentSeal seal = sealer.current();
                    byte[] id = seal.certificateId(intent.issuer().fingerprint(), serial(intent));
                    Issued.Builder issued =
                            Issued.newBuilder()
                                    .setCertificateSha256(
                                            ByteString.copyFrom(Hashes.sha256(certificate)));
                    if (certificate.length <= ROOM) {
                        issued.setCertificate(ByteString.copyFrom(certificate));
                    }
                    byte[] entry =
                            entry(at)
                                    .setResult(
                                            Result.newBuilder()
                                                    .setIntent(noted.logIndex())
                                                    .setCertificateId(ByteString.copyFrom(id))
                                                    .setSealed(
                                                            seal.seal(
                                                                    "result", id, issued.build())))
                                    .build()
                                    .toByteArray();
                    return ledger.store(TbsDigest.of(intent.tbs()), certificate, entry, at);
                });
    }

    @Override
    public void withhold(Intended.Noted noted, RefusalReason reason, Instant at)
            throws IndexException {
        var _ =
                written(
                        () ->
                                ledger.append(
                                        entry(at)
                                                .setWithheld(
                                                        Withheld.newBuilder()
                                                                .setIntent(noted.logIndex())
                                                                .setReason(reason))
                                                .build()
                                                .toByteArray()));
    }

    /** Writes an entry with what it is about, in one transaction. */
    public interface Appending<T> {
        /**
         * @param entry to append with it
         */
        T with(byte[] entry) throws IndexException;
    }

    /**
     * Writes an entry of another kind. Nothing is written while the log cannot be.
     *
     * @param kind complete but for its time
     */
    public <T> T append(Entry.Builder kind, Instant at, Appending<T> step) throws IndexException {
        publisher.requireWritable();
        byte[] entry = kind.setAt(timestamp(at)).build().toByteArray();
        return written(() -> step.with(entry));
    }

    /**
     * Notes a ceremony, once however often it is found.
     *
     * @param approvers whose signatures in its transcript were verified, by name
     */
    public void ceremony(CeremonyRecord record, List<String> approvers) throws IndexException {
        publisher.requireWritable();
        byte[] entry =
                entry(clock.instant())
                        .setCeremony(CeremonyEntry.of(record, approvers))
                        .build()
                        .toByteArray();
        var _ =
                written(
                        () -> {
                            ledger.appendIfNew(
                                    "ceremony " + record.sha256(),
                                    HexFormat.of().parseHex(record.sha256()),
                                    entry);
                            return record;
                        });
    }

    /** Publishes what is there, and stops. */
    @Override
    public void close() {
        publisher.close();
    }

    private interface Step<T> {
        T run() throws IndexException;
    }

    /** Nothing is signed between a write that failed and one that went well again. */
    private <T> T written(Step<T> step) throws IndexException {
        try {
            T done = step.run();
            publisher.appended();
            return done;
        } catch (IndexException e) {
            publisher.ledgerFailed(e);
            throw e;
        }
    }

    /**
     * The chain goes in whole, unless it is far larger than any that is met: then its beginning.
     */
    private static io.overt.proto.log.v1.Evidence evidence(IssuanceIndex.Intent intent) {
        Evidence given = intent.evidence();
        io.overt.proto.log.v1.Evidence.Builder evidence =
                io.overt.proto.log.v1.Evidence.newBuilder()
                        .setServerName(intent.server())
                        .setPublicKey(ByteString.copyFrom(given.key().spki()))
                        .setProfile(Described.profile(given.profile()))
                        .setEpoch(given.epoch().number())
                        .setTbsSha256(ByteString.copyFrom(intent.tbs().sha256()));
        int room = ROOM - evidence.build().getSerializedSize();
        for (byte[] certificate : given.chain()) {
            // Each takes a tag and a length beside itself; what has no room is told by its hash.
            room -= certificate.length + 4;
            if (room >= 0 && evidence.getLeftOutSha256Count() == 0) {
                evidence.addUpstreamChain(ByteString.copyFrom(certificate));
            } else {
                evidence.addLeftOutSha256(ByteString.copyFrom(Hashes.sha256(certificate)));
            }
        }
        return evidence.build();
    }

    private static BigInteger serial(IssuanceIndex.Intent intent) {
        return intent.tbs().serialNumber();
    }

    private static Entry.Builder entry(Instant at) {
        return Entry.newBuilder().setAt(timestamp(at));
    }

    /** A time as entries have it. */
    public static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    /** Of 65,535 bytes: what the rest of an entry, padding and hashes of a long chain leave. */
    public static final int ROOM = 60_000;
}
