/**
 * Owns servers on loopback that behave as real ones do at their worst: they refuse, stall, reset,
 * close in the middle, show what they should not, or ask for what a proxy cannot have. It may call
 * the JDK's sockets and TLS, which are not the TLS stack under test. Each connection is served on a
 * virtual thread of its own.
 */
@NullMarked
package io.overt.testkit.upstream;

import org.jspecify.annotations.NullMarked;
