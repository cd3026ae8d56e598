/**
 * Owns how much may be asked for and signed, by whom and for what: buckets in memory, and the count
 * of a key's day. It may call x509 and the fleet's identities, and knows neither gRPC nor SQL. Any
 * thread; nothing blocks, and both clocks are arguments.
 */
@NullMarked
package io.overt.signer.budget;

import org.jspecify.annotations.NullMarked;
