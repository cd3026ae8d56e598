package io.overt.edge.net;

import io.overt.policy.Policy;
import java.util.Optional;

/** Where the policy comes from. Thread-safe, never blocks: asked on event loops. */
@FunctionalInterface
public interface Policies {

    /** The active policy; empty while there has never been one. */
    Optional<Numbered> active();

    /** A policy and the version it was published under. */
    record Numbered(long version, Policy policy) {}
}
