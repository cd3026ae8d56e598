/**
 * The listed defects of what a signer may be asked to sign, as data: a good TBS, what was done to
 * it, and who notices. Written with BouncyCastle and by hand, with nothing of the code that judges.
 */
@NullMarked
package io.overt.signer.defect;

import org.jspecify.annotations.NullMarked;
