package io.overt.edge.net;

import io.overt.edge.flow.Known.Suspension;
import io.overt.policy.Policy;
import java.util.Optional;

/** Where the policy comes from. Thread-safe, never blocks: asked on event loops. */
@FunctionalInterface
public interface Policies {

    /** The active policy; empty while there has never been one. */
    Optional<Numbered> active();

    /** The policy that is decided by beside it, and not acted upon. */
    default Optional<Numbered> shadow() {
        return Optional.empty();
    }

    /** The order by which nothing is inspected at this moment. */
    default Optional<Suspension> suspension() {
        return Optional.empty();
    }

    /** A policy and the version it was published under. */
    record Numbered(long version, Policy policy) {}
}
