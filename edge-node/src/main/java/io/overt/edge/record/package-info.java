/**
 * Owns what is told about a connection when it is over: its one record as a line of JSON, and the
 * counters, those for a version's health among them. It may call {@code flow}'s values, the HTTP
 * filter's events, the policy feed's port for figures and micrometer. Records are made on event
 * loops and written by one thread of the sink; the queue between them is bounded and what does not
 * fit is dropped and counted, because a full disk must not stop traffic.
 */
@NullMarked
package io.overt.edge.record;

import org.jspecify.annotations.NullMarked;
