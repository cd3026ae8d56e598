package io.overt.signer.issue;

import io.overt.x509.CertificateFingerprint;
import java.time.Instant;
import java.util.Optional;

/**
 * What has been signed, for good: TBS digest to certificate.
 *
 * <p><b>Durability:</b> what {@link #intend} and {@link #store} returned survives a loss of power
 * at that very moment. <b>Consistency:</b> a digest has at most one certificate, ever; the first
 * that was stored. <b>Concurrency:</b> any thread, any number; one process. A call that throws may
 * have happened all the same, and may be repeated: the answer says what holds. Each call is bounded
 * in time.
 */
public interface IssuanceIndex {

    /**
     * Why a signature is about to be asked for.
     *
     * @param server the name that the upstream chain was verified for
     * @param requester fleet identity of the edge
     */
    record Intent(
            TbsDigest digest,
            CertificateFingerprint issuer,
            String server,
            String requester,
            Instant at) {}

    /** DER of the certificate of this digest, if there is one. */
    Optional<byte[]> find(TbsDigest digest) throws IndexException;

    /**
     * Notes that a signature is about to be asked for, unless there is a certificate already, which
     * is the answer then. An earlier intent without a certificate is no obstacle (ADR 0022).
     */
    Optional<byte[]> intend(Intent intent) throws IndexException;

    /**
     * Keeps the certificate. This is the commit point of an issuance: what was not stored is never
     * released.
     *
     * @return DER of the certificate that holds from now on: this one, or the one that was there
     *     before
     */
    byte[] store(TbsDigest digest, byte[] certificate, Instant at) throws IndexException;
}
