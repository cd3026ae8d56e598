/**
 * Owns {@code ./overt scan}: TLS-Scanner's findings about both legs of an edge, beside those about
 * OpenSSL and Chromium. It may call the cluster of processes, and starts the scanner as a process
 * whose libraries never meet ours (ADR 0138). It runs on the thread of {@code main} and a virtual
 * thread for each direction of a connection through the door.
 */
@NullMarked
package io.overt.it.scan;

import org.jspecify.annotations.NullMarked;
