/**
 * Owns the witness: looks at the logs of signers, vouches for heads that continue what it has seen,
 * and keeps what proves that one does not. May call the store, x509's log maths and HTTP. Blocking;
 * one virtual thread a log, and those of its HTTP requests.
 */
@NullMarked
package io.overt.control.witness;

import org.jspecify.annotations.NullMarked;
