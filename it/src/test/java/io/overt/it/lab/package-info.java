/**
 * The cluster behind a real gateway: network namespaces, nftables, nginx as origin, curl, openssl
 * and Chromium as clients. Needs root and the programs that {@code ./overt doctor} lists. Runs on
 * the test's thread; what it starts are processes.
 */
@NullMarked
package io.overt.it.lab;

import org.jspecify.annotations.NullMarked;
