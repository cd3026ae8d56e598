/**
 * Owns {@code ./overt bench-signer}: a token's own speed beside that of a signer on it, in one run.
 * May call everything. Runs on threads of its own; the signer and the bare token are processes
 * beside it.
 */
@NullMarked
package io.overt.it.bench;

import org.jspecify.annotations.NullMarked;
