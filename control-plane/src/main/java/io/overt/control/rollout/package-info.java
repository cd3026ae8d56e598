/**
 * Owns how a version comes into force: the pure state machine of a rollout ({@link
 * io.overt.control.rollout.State}), who is offered what ({@link io.overt.control.rollout.Target}),
 * the persistent shell that carries both ({@link io.overt.control.rollout.RolloutCourse}), and
 * where rollouts are asked for and shown. May call the store and the publisher; sees edges through
 * {@link io.overt.control.rollout.Fleet} only. The machine runs on whichever thread steps it, the
 * course on one at a time.
 */
@NullMarked
package io.overt.control.rollout;

import org.jspecify.annotations.NullMarked;
