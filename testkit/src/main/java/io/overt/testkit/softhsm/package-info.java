/**
 * Owns tokens for tests: SoftHSM tokens with an issuing key and its certificate, and the faults
 * that a token can have. May call the JDK, BouncyCastle and SoftHSM's library, and nothing of ours,
 * so that it meets the code under test from outside as another application would. Runs on the
 * calling test thread; one token at a time is made in a process.
 */
@NullMarked
package io.overt.testkit.softhsm;

import org.jspecify.annotations.NullMarked;
