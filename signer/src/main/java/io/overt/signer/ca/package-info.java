/**
 * Owns the making of a first CA: a root and an issuing CA below it, their keys in the token, and
 * never a second time over the first. May call the signing keys' package and BouncyCastle. Runs on
 * the main thread of a command.
 */
@NullMarked
package io.overt.signer.ca;

import org.jspecify.annotations.NullMarked;
