package io.overt.edge.site;

import java.time.Duration;
import java.util.Optional;

/** What the keeping of leaf keys needs of the signers. A port, implemented over gRPC. */
public interface LeafKeyEnrolment {

    /**
     * The length of an epoch by the signers' profile; empty until one of them has told. Does not
     * block.
     */
    Optional<Duration> epochLength();

    /**
     * Enrols the public half of {@code key} for this edge's site with the signers. Blocks, within a
     * deadline.
     */
    Enrolment enrol(EpochKey key);

    /** What came of it. */
    sealed interface Enrolment {}

    /** At least one signer will sign for the key. */
    record Enrolled() implements Enrolment {}

    /**
     * No signer took it.
     *
     * @param detail what each of them said
     */
    record NotEnrolled(String detail) implements Enrolment {}
}
