package io.overt.control.store;

import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.SignedNote;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * That a log has signed two histories. Anybody with the log's key can verify it: both notes are
 * signed, and the proof leads from {@code otherwise} to the larger of the two.
 *
 * @param known what was cosigned before
 * @param shown what contradicts it
 * @param otherwise root of the smaller size by the larger head
 * @param proof that the larger head says so (RFC 6962 §2.1.2); empty where both have one size
 */
public record ForkEvidence(
        String origin,
        Instant seenAt,
        SignedNote known,
        SignedNote shown,
        MerkleHash otherwise,
        List<MerkleHash> proof) {

    public ForkEvidence {
        seenAt = seenAt.truncatedTo(ChronoUnit.MILLIS);
        proof = List.copyOf(proof);
    }
}
