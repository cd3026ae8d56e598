package io.overt.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;

/**
 * All that a decision about a connection rests on. It is complete: {@link Policy#decide} looks at
 * nothing else, so a recorded value decided again gives the same answer.
 *
 * @param site the site of the edge that accepted the connection
 * @param listener the listener's name in that edge's configuration
 * @param client the client's address
 * @param user the authenticated user; only on a listener that authenticates
 * @param destination the original destination. An unresolved address (a CONNECT to a name that was
 *     not looked up) has a port, and matches no {@code destination} condition
 * @param serverName the hello's SNI; empty when there is none. <b>Chosen by the client</b>: it says
 *     what the client asks for, not whom it will meet
 * @param connectHost the host of a CONNECT request, when it is a name and not an address. Chosen by
 *     the client as well
 * @param hello what was learned from the hello
 * @param at when the hello was read
 */
public record ConnectionFacts(
        String site,
        String listener,
        InetAddress client,
        Optional<String> user,
        InetSocketAddress destination,
        Optional<HostName> serverName,
        Optional<HostName> connectHost,
        HelloFacts hello,
        Instant at) {}
