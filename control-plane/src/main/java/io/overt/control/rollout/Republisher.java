package io.overt.control.rollout;

import io.overt.control.store.SignedVersion;

/** Publishes what was published before under a new number: versions only rise at an edge. */
public interface Republisher {
    /**
     * The same content under a number above every one before; one that has it already, and that is
     * above {@code above}, is used again.
     */
    SignedVersion republish(SignedVersion content, long above);
}
