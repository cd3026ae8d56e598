/**
 * Owns the policy language and the decisions it leads to: from the bytes of a policy document and
 * its lists to an immutable {@link io.overt.policy.Policy} that answers for one connection or one
 * request. It calls nothing but the JDK and the YAML parser: no clock, no network, no file system,
 * no logger, so that the edge, the control plane's dry run and a test decide alike. It runs on
 * whatever thread calls it, never blocks, and what a compilation yields may be used by any number
 * of threads at once.
 */
@NullMarked
package io.overt.policy;

import org.jspecify.annotations.NullMarked;
