package io.overt.control.rollout;

import io.overt.control.store.SignedVersion;
import java.util.Optional;

/** What edges are to have. Thread-safe. */
public interface Targets {
    /** What this one is to have now. */
    Target of(EdgeReport edge);

    /** A version as it is offered: with people's approvals. */
    Optional<SignedVersion> version(long number);

    /** The version with the highest number, whoever has it; 0 when there is none. */
    long highest();

    /** What edges have that no rollout is concerned with; 0 when there is none. */
    long base();

    /** An edge said something that a rollout may wait for. Returns at once. */
    void nudge();
}
