/**
 * Owns the compiled lists of policies: makes them of what people and other places wrote, fetches
 * those from other places by a schedule, and gives edges the pieces that they lack. May call the
 * store, the policy engine, the public suffixes of x509 and gRPC; who publishes is told and not
 * called. One platform thread compiles, a virtual one keeps the schedule, calls run on gRPC's.
 */
@NullMarked
package io.overt.control.lists;

import org.jspecify.annotations.NullMarked;
