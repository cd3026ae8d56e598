/**
 * Owns that an act which is asked for twice with one idempotency key is done once, by whichever
 * listener and whichever control plane it was asked. May call the store, and the access package for
 * who calls. Runs on the thread of the call, and blocks it.
 */
@NullMarked
package io.overt.control.once;

import org.jspecify.annotations.NullMarked;
