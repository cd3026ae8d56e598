/**
 * Owns what a CRL or an OCSP response says about one certificate: whether it may be believed, and
 * then what it says. It may call the JDK and BouncyCastle; fetching, caching and what follows from
 * an answer are its callers' business, and there is no clock but their argument. Everything here is
 * immutable and runs on whichever thread calls it.
 */
@NullMarked
package io.overt.x509.revocation;

import org.jspecify.annotations.NullMarked;
