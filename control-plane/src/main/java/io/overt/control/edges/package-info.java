/**
 * Owns the edges: who is connected, what each runs and refused, and that each gets the newest
 * version. May call the store and gRPC. Runs on the virtual threads of calls; each session is
 * locked for itself.
 */
@NullMarked
package io.overt.control.edges;

import org.jspecify.annotations.NullMarked;
