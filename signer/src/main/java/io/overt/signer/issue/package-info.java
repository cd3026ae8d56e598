/**
 * Owns what may be signed, and that it is signed once: the checks of a request, the proof that they
 * were passed, and the order of intent, signature, verification and result. May call x509, the
 * signing keys and its own ports; knows neither gRPC nor SQL. Runs on the caller's thread, which
 * may block and is a virtual one in production.
 */
@NullMarked
package io.overt.signer.issue;

import org.jspecify.annotations.NullMarked;
