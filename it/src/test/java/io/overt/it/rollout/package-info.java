/**
 * Rollouts over several sites of real processes, as people do them. May call the cluster and the
 * programs; knows no class of the control plane.
 */
@NullMarked
package io.overt.it.rollout;

import org.jspecify.annotations.NullMarked;
