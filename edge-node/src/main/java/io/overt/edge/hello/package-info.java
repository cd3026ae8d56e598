/**
 * Owns the reading of a TLS ClientHello from the first bytes of a connection: record layer,
 * handshake framing, extensions and the JA4 fingerprint, over any split into TCP segments and TLS
 * records. It may call the JDK only, so that the same code serves the data path, offline replays
 * and fuzzing. It has no thread of its own: a parser is confined to the one that feeds it, and what
 * it returns is immutable.
 */
@NullMarked
package io.overt.edge.hello;

import org.jspecify.annotations.NullMarked;
