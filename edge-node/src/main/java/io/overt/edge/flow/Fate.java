package io.overt.edge.flow;

/**
 * What a client gets, and why.
 *
 * @param outcome what
 * @param reason why
 */
public record Fate(Outcome outcome, Reason reason) {}
