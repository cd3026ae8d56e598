/**
 * Owns {@code ./overt verdicts}: other people's collections of chains, judged by our verifier. It
 * may call the x509 module, and reads the one file that it is given. It runs on the thread of
 * {@code main}.
 */
@NullMarked
package io.overt.it.verdicts;

import org.jspecify.annotations.NullMarked;
