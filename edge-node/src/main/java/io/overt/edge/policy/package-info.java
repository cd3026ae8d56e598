/**
 * Owns the policy in force at this edge: takes signed versions from the control plane, verifies and
 * compiles them, keeps the last good one on disk. May call the policy engine, the service module
 * and gRPC, never the data path. Its pure parts run anywhere; the feed runs on a virtual thread of
 * its own and on gRPC's callback threads, never on an event loop.
 */
@NullMarked
package io.overt.edge.policy;

import org.jspecify.annotations.NullMarked;
