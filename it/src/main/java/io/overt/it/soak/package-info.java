/**
 * {@code ./overt soak}: many connections through a cluster of processes for minutes, what they cost
 * it, what is left of them afterwards, and what becomes of them when parts are killed. It may start
 * clusters and programs, and knows edges only by their ports, their figures and their records. The
 * program itself is single-threaded; the clients are confined to Netty's event loops.
 */
@NullMarked
package io.overt.it.soak;

import org.jspecify.annotations.NullMarked;
