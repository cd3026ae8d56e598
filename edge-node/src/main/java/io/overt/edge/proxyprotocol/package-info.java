/**
 * Owns the reading of PROXY protocol version 2, the header by which a load balancer in front says
 * whose connection it hands over and where that was going. It may call nothing but the JDK. It is
 * pure and runs on whichever thread reads, an event loop.
 */
@NullMarked
package io.overt.edge.proxyprotocol;

import org.jspecify.annotations.NullMarked;
