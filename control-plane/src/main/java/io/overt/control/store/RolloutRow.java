package io.overt.control.store;

import io.overt.proto.control.v1.RolloutPlan;
import java.time.Instant;
import java.util.Optional;

/**
 * How a rollout began.
 *
 * @param base 0 when nothing was there before
 * @param approved approvals that counted then
 * @param frozenUntil no wave could begin before; empty where nothing was frozen
 */
public record RolloutRow(
        long id,
        long version,
        long askedVersion,
        String policy,
        long base,
        RolloutPlan plan,
        int needed,
        int approved,
        Optional<Instant> frozenUntil,
        Instant started,
        String startedBy,
        String reason) {}
