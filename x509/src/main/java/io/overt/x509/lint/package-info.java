/**
 * Owns the rules that a TBSCertificate must keep before a CA of ours signs it, each with the clause
 * that asks for it. It may call the readers of x509 and the JDK's, and nothing of the recipe: what
 * made the bytes does not judge them. Pure functions, on whichever thread calls; signer and log
 * monitor run the same rules.
 */
@NullMarked
package io.overt.x509.lint;

import org.jspecify.annotations.NullMarked;
