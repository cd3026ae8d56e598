package io.overt.control.store;

import io.overt.proto.control.v1.RolloutEvent;
import java.time.Instant;

/**
 * One thing that happened to a rollout.
 *
 * @param number from 1, without gaps
 * @param actor fleet identity; empty for the control plane itself
 * @param from name of the phase before
 * @param to name of the phase after
 * @param reason for people
 * @param event what replaying goes by
 */
public record RolloutEventRow(
        long rollout,
        long number,
        Instant at,
        String actor,
        String from,
        String to,
        int wave,
        String reason,
        RolloutEvent event) {}
