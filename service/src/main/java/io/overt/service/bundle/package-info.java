/**
 * Owns what signer and verifier of a policy bundle must agree on: the bytes that are signed, the
 * key's id, the key's file. May call the JDK's cryptography. Pure but for reading key files; runs
 * on any thread.
 */
@NullMarked
package io.overt.service.bundle;

import org.jspecify.annotations.NullMarked;
