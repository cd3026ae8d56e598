package io.overt.signer.log;

import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.IssuanceIndex.Intended;
import io.overt.signer.issue.IssuanceIndex.Kept;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.signer.issue.TbsDigest;
import io.overt.x509.CertificateFingerprint;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where entries get their place, in one transaction with what they are about: a certificate is in
 * the index exactly if it is in the log. The log's files are made from here and can be made again
 * (ADR 0150).
 *
 * <p><b>Durability, consistency, concurrency</b> as of {@link io.overt.signer.issue.IssuanceIndex}.
 * Entries are numbered from 0 without a gap, and neither change nor move.
 */
public interface Ledger {

    /**
     * What the index keeps of an intent.
     *
     * @param server the name that the upstream chain was verified for
     * @param requester fleet identity of the edge
     * @param leaf which leaf key the certificate is for: by it, a revoked key's are found
     * @param serial of the certificate to be
     */
    record IntentRow(
            TbsDigest digest,
            CertificateFingerprint issuer,
            String server,
            String requester,
            LeafKeyDigest leaf,
            BigInteger serial,
            Instant at) {}

    /** As {@link io.overt.signer.issue.IssuanceIndex#find}. */
    Optional<Kept> find(TbsDigest digest) throws IndexException;

    /**
     * As {@link io.overt.signer.issue.IssuanceIndex#intend}. The entry is appended unless an
     * earlier intent of this digest has one.
     */
    Intended intend(IntentRow row, byte[] entry) throws IndexException;

    /**
     * As {@link io.overt.signer.issue.IssuanceIndex#store}. The entry is appended if this
     * certificate is the one that is kept.
     */
    Kept store(TbsDigest digest, byte[] certificate, byte[] entry, Instant at)
            throws IndexException;

    /** Appends an entry; answers its index. */
    long append(byte[] entry) throws IndexException;

    /** Appends an entry if what it tells, under this name, is not what was told last. */
    void appendIfNew(String name, byte[] told, byte[] entry) throws IndexException;

    /** The secret that certificate ids are made with: this one, unless there is one already. */
    byte[] namingKey(byte[] candidate) throws IndexException;

    /** How many entries there are. */
    long size() throws IndexException;

    /**
     * Entries in order.
     *
     * @param from at least what was given to {@link #prune}
     * @param most how many at most
     */
    List<byte[]> entries(long from, int most) throws IndexException;

    /** The last checkpoint that was signed, as a note. */
    Optional<byte[]> checkpoint() throws IndexException;

    /**
     * Keeps a checkpoint in place of the last one. From here on it counts as published, so that no
     * other can be signed for another tree.
     *
     * @throws IndexException also when the last one is not {@code last}: somebody else signs
     */
    void advance(Optional<byte[]> last, byte[] next) throws IndexException;

    /** Forgets the entries below an index, which are in the log's files for good. */
    void prune(long below) throws IndexException;

    /** Writes something that is large enough for a full disk to refuse it. */
    void probe() throws IndexException;
}
