/**
 * Owns certificates for tests: authorities, leaves sound and faulty, fleet identities. It may call
 * the JDK and BouncyCastle, and writes files only where a test tells it to. It has no threads of
 * its own; its values are immutable and may be shared.
 */
@NullMarked
package io.overt.testkit.pki;

import org.jspecify.annotations.NullMarked;
