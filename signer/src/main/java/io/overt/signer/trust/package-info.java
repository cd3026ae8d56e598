/**
 * Owns the files by which clients are given an inspection root to trust, in the form of each kind
 * of client. May call the CA's package; needs neither token nor signer. Runs on the main thread of
 * a command.
 */
@NullMarked
package io.overt.signer.trust;

import org.jspecify.annotations.NullMarked;
