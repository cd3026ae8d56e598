package io.overt.edge.policy;

import java.time.Instant;

/**
 * An order by which nothing is inspected, for a while.
 *
 * @param number of the order
 * @param until when it ends by itself, by this edge's clock
 * @param by who gave it
 * @param reason why, in that person's words
 */
public record Emergency(long number, Instant until, String by, String reason) {}
