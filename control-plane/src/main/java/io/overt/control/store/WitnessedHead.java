package io.overt.control.store;

import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TreeHead;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The largest head of a log that its witness vouches for.
 *
 * @param origin which log
 * @param note the checkpoint with the log's own signature alone
 * @param grownAt when this size was first seen
 * @param cosignedAt the time in the cosignature, in whole seconds
 */
public record WitnessedHead(
        String origin, TreeHead head, SignedNote note, Instant grownAt, Instant cosignedAt) {

    public WitnessedHead {
        grownAt = grownAt.truncatedTo(ChronoUnit.MILLIS);
        cosignedAt = cosignedAt.truncatedTo(ChronoUnit.SECONDS);
    }
}
