package io.overt.signer.log;

import io.overt.service.approval.Approvers;
import java.util.Optional;

/**
 * What a reader of a log asks of ceremonies beyond what entries say of themselves.
 *
 * @param approvers the reader's own: their signatures in transcripts are verified again
 * @param issuers whose certificates the log may tell of
 */
public record CeremonyDemands(Optional<Approvers> approvers, Issuers issuers) {

    /** Which issuers are taken. */
    public enum Issuers {
        /** Also those that were made otherwise, as for a try-out. */
        ANY,
        /** Those that a ceremony made, which an entry before tells of. */
        OF_CEREMONIES
    }

    /** Nothing. */
    public static final CeremonyDemands NONE = new CeremonyDemands(Optional.empty(), Issuers.ANY);
}
