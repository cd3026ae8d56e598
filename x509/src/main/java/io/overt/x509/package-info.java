/**
 * Owns what Overt knows about certificates: names, verification of an upstream's chain, and the
 * recipe by which an upstream's certificate becomes a forged leaf. It may call the JDK,
 * BouncyCastle and Guava's list of public suffixes, and nothing that reads a clock, opens a socket
 * or starts a thread; only {@link io.overt.x509.TrustAnchors} reads files, at start. Everything
 * here is immutable and runs on whichever thread calls it.
 */
@NullMarked
package io.overt.x509;

import org.jspecify.annotations.NullMarked;
