/**
 * Owns acts: documents that people approved and that change a running signer; what they may change,
 * that each is applied once and in its order, and that it is in the log with the store's row of it.
 * May call approvals, issuing's rules, the transparency log and its own port, which the store
 * implements. Acts are applied on the thread "signer-acts".
 */
@NullMarked
package io.overt.signer.act;

import org.jspecify.annotations.NullMarked;
