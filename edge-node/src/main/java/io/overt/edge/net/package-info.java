/**
 * Owns sockets: listeners, the connections they accept, the connections to upstreams, TLS with
 * both, and the relay between them; it carries out what {@code io.overt.edge.flow} commands and
 * tells it what happened. It may call every other package of the edge through its public types. One
 * connection, both of its channels and its {@link io.overt.edge.net.FlowRunner} live on one event
 * loop, which nothing here ever blocks; verifying chains and resolving names happen on pools of
 * their own.
 */
@NullMarked
package io.overt.edge.net;

import org.jspecify.annotations.NullMarked;
