/**
 * Owns the HTTP/1.1 filter between the two TLS legs of one inspected connection: strict framing of
 * both directions, the policy's {@code http:} rules for each request, and the pages of ours that a
 * client sees. It may call {@code policy} and Netty; its core ({@link
 * io.overt.edge.http.Http1Exchange}) uses Netty's buffers and nothing else of it, so that a
 * conversation is a list of values in a test. It runs on the one event loop that both channels of a
 * connection share.
 *
 * <h2>What the wiring side does</h2>
 *
 * <pre>{@code
 * var filter = new Http1Filter(policy.http(), facts, covers, limits, notice, clock, events);
 * filter.start(client, upstream);   // on their common event loop; both handshakes are complete
 * }</pre>
 *
 * <ul>
 *   <li>Both channels are registered with the same event loop, have auto-read off, and carry
 *       decrypted {@code ByteBuf}s at the end of their pipelines. {@code start} appends one handler
 *       to each and from then on it alone reads and writes them. Bytes that a pipeline delivered
 *       before are handed over by firing {@code channelRead} again after {@code start}.
 *   <li>The filter closes both channels, in every case; whoever makes the connection's record waits
 *       for their close futures. A {@code SslHandler} in a pipeline is what tells an orderly end of
 *       stream from a cut one.
 *   <li>Idle and total deadlines are the wiring side's. Closing a channel is how it enforces them.
 * </ul>
 */
@NullMarked
package io.overt.edge.http;

import org.jspecify.annotations.NullMarked;
