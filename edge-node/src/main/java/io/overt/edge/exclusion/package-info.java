/**
 * Owns what refusals of our certificate come to: evidence by client and host, exclusions learned
 * from it, and administrators' verdicts. It may call policy values alone: no clock, thread, logger,
 * Netty or Hazelcast, and ArchUnit says so. {@link io.overt.edge.exclusion.Ledger} writes under its
 * own lock and is read without one, on any thread.
 */
@NullMarked
package io.overt.edge.exclusion;

import org.jspecify.annotations.NullMarked;
