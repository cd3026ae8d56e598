/**
 * Owns acts with a CA's keys that two people have agreed to: reads the plan, does it in a token,
 * looks at what came out, and writes down what was done. May call the approvals, the CA's
 * certificates and the token; knows nothing of a signer that runs, which reads transcripts with
 * {@link CeremonyRecord}. Runs on the main thread of a command.
 */
@NullMarked
package io.overt.signer.ceremony;

import org.jspecify.annotations.NullMarked;
