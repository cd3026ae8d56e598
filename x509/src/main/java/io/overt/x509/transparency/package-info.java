/**
 * Owns Certificate Transparency (RFC 6962) as whoever relies on a certificate sees it: the promises
 * of logs that came with it, and how many of them count. It may call the JDK, BouncyCastle and its
 * parent package; which logs there are, and how many promises are wanted, its callers say, and
 * there is no clock but their argument. Everything here is immutable and runs on whichever thread
 * calls it.
 */
@NullMarked
package io.overt.x509.transparency;

import org.jspecify.annotations.NullMarked;
