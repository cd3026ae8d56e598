package io.overt.it.cluster;

import java.time.Duration;

/**
 * How many connections an edge takes, and how long one may be idle.
 *
 * @param connections open at once
 * @param inspections of these, inspected at once
 * @param idle without a byte in either direction
 */
public record EdgeRoom(int connections, int inspections, Duration idle) {
    /** As an edge has it when its configuration does not say. */
    public static final EdgeRoom DEFAULT = new EdgeRoom(20_000, 10_000, Duration.ofMinutes(15));
}
