/**
 * A signer's log before the control plane's witness, with every part real and in one process. May
 * call the composition classes of both. Runs on the test's thread.
 */
@NullMarked
package io.overt.it.witness;

import org.jspecify.annotations.NullMarked;
