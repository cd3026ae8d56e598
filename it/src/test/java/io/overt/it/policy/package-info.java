/**
 * Policy from the operator's file to the edge, with every part real and in one process. May call
 * the composition classes of control plane and edge. Runs on the test's thread.
 */
@NullMarked
package io.overt.it.policy;

import org.jspecify.annotations.NullMarked;
