package io.overt.signer.issue;

import io.overt.proto.failure.v1.RefusalReason;
import io.overt.x509.Epoch;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.TbsCertificateDer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What has been signed, for good: TBS digest to certificate, and each in the log.
 *
 * <p><b>Durability:</b> what {@link #intend} and {@link #store} returned survives a loss of power
 * at that very moment. <b>Consistency:</b> a digest has at most one certificate, ever; the first
 * that was stored; and it is in the log exactly if it is stored. <b>Concurrency:</b> any thread,
 * any number; one process. A call that throws may have happened all the same, and may be repeated:
 * the answer says what holds. Each call is bounded in time.
 */
public interface IssuanceIndex {

    /**
     * What a TBS was derived from, beside the issuer.
     *
     * @param chain DER of the upstream's chain, leaf first
     */
    record Evidence(List<byte[]> chain, LeafPublicKey key, MirrorProfile profile, Epoch epoch) {
        public Evidence {
            chain = List.copyOf(chain);
        }
    }

    /**
     * Why a signature is about to be asked for.
     *
     * @param server the name that the upstream chain was verified for
     * @param requester fleet identity of the edge
     */
    record Intent(
            TbsCertificateDer tbs,
            IssuingCa issuer,
            String server,
            String requester,
            Evidence evidence,
            Instant at) {}

    /**
     * A certificate that is kept.
     *
     * @param certificate DER, for one caller, who owns it
     * @param logIndex of its entry; absent for one that is older than the log
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Kept(byte[] certificate, OptionalLong logIndex) {}

    /** What came of an intent. */
    sealed interface Intended {
        /**
         * It is noted.
         *
         * @param logIndex of its entry
         */
        record Noted(long logIndex) implements Intended {}

        /** There is a certificate already. */
        record Before(Kept kept) implements Intended {}
    }

    /** The certificate of this digest, if there is one. */
    Optional<Kept> find(TbsDigest digest) throws IndexException;

    /**
     * Notes that a signature is about to be asked for, unless there is a certificate already, which
     * is the answer then. An earlier intent without a certificate is no obstacle (ADR 0022).
     */
    Intended intend(Intent intent) throws IndexException;

    /**
     * Keeps the certificate. This is the commit point of an issuance: what was not stored is never
     * released.
     *
     * @param noted what {@link #intend} answered
     * @return what holds from now on: this certificate, or the one that was there before
     */
    Kept store(Intent intent, Intended.Noted noted, byte[] certificate, Instant at)
            throws IndexException;

    /** Notes that a signature was made and is not used. */
    void withhold(Intended.Noted noted, RefusalReason reason, Instant at) throws IndexException;
}
