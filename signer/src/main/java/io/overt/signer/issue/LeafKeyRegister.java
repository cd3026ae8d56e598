package io.overt.signer.issue;

import io.overt.x509.Epoch;
import io.overt.x509.LeafPublicKey;
import java.time.Instant;

/**
 * Which leaf keys belong to which site, by epoch. Durable like {@link IssuanceIndex}; any thread.
 */
public interface LeafKeyRegister {

    /** What came of an enrolment. */
    enum Enrolment {
        /** It is enrolled now, or was before. */
        ENROLLED,
        /** The site has as many keys in this epoch as it may have. */
        FULL,
        /**
         * The key is, or lately was, enrolled for another epoch: a key serves one, so that one that
         * was stolen serves no longer.
         */
        OF_ANOTHER_EPOCH
    }

    /**
     * Enrols a key; again is the same as once.
     *
     * @param requester fleet identity of the edge that proved possession
     * @param limit keys that a site may have in one epoch
     * @param oldest of the epochs that sign now; what was enrolled for epochs long before is
     *     forgotten
     */
    Enrolment enrol(
            String site,
            Epoch epoch,
            LeafPublicKey key,
            String requester,
            int limit,
            Epoch oldest,
            Instant at)
            throws IndexException;

    /** Whether the key is enrolled for this site and epoch. */
    boolean enrolled(String site, Epoch epoch, LeafPublicKey key) throws IndexException;
}
