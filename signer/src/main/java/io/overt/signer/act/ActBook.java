package io.overt.signer.act;

import io.overt.signer.issue.IndexException;
import java.time.Instant;
import java.util.List;

/**
 * The acts that were applied, for good. What a signer goes by after a start is these, in their
 * order, over its configuration.
 *
 * <p><b>Durability, concurrency</b> as of {@link io.overt.signer.issue.IssuanceIndex}.
 */
public interface ActBook {

    /**
     * An act that was applied.
     *
     * @param number from 1, without a gap
     * @param kind as its document calls it
     * @param document as it was approved
     * @param sha256 of the document, in hexadecimal
     * @param approvers by name
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Applied(
            long number,
            String kind,
            byte[] document,
            String sha256,
            List<String> approvers,
            Instant at) {
        public Applied {
            approvers = List.copyOf(approvers);
        }
    }

    /** All of them, in their order. */
    List<Applied> all() throws IndexException;

    /**
     * Keeps an act and its entry in the log: the commit point of an act.
     *
     * @throws IndexException also when its number is not the next: somebody else applies acts
     */
    void keep(Applied act, byte[] entry) throws IndexException;
}
