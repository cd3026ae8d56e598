/**
 * Owns the life of one connection as a pure state machine: what is known when, what may happen
 * next, and the one exit that makes the one record. It may call the pure parts alone (policy and
 * x509 values, the parsed hello): no clock, thread, logger, Netty or future, and ArchUnit says so.
 * It runs on whichever thread steps it; {@code io.overt.edge.net} confines each machine to its
 * connection's event loop.
 */
@NullMarked
package io.overt.edge.flow;

import org.jspecify.annotations.NullMarked;
