package io.overt.edge.exclusion;

import io.overt.policy.Pinned;
import java.time.Instant;
import java.util.Optional;

/** What the data path asks and tells about exclusions. Thread-safe; never blocks. */
public interface Exclusions {

    /** Whether this client's connections to this host are excluded, where a rule asks so. */
    Optional<Exclusion> of(String host, Client client, Pinned asked);

    /**
     * A connection has shown something.
     *
     * @param asked by the rule that matched it; a refusal that no rule asks for is forgotten
     * @param began when it was accepted
     */
    void hear(
            String host, Client client, Testimony testimony, Optional<Pinned> asked, Instant began);
}
