/**
 * Rollouts over several sites of real processes, as people do them: by overtctl, and by the console
 * in a browser. May call the cluster, the programs and the testkit; knows no class of the control
 * plane. Runs on the test's thread, with clients of the edges on threads of their own.
 */
@NullMarked
package io.overt.it.rollout;

import org.jspecify.annotations.NullMarked;
