package io.overt.edge.exclusion;

import java.time.Instant;
import java.util.Optional;

/**
 * A line of the list that administrators read.
 *
 * @param kind the strongest among the refusals
 * @param expires when it is over without another refusal; empty for what is confirmed
 * @param by who confirmed it
 */
public record Entry(
        Subject subject,
        Basis basis,
        RefusalKind kind,
        int refusals,
        Instant first,
        Instant last,
        Optional<Instant> expires,
        Optional<String> by) {}
