/**
 * Owns the edge process: its configuration and the composition root that joins data path, forge,
 * site and policy. It may call every package of this module and {@code service}. It runs on the
 * main thread at start and on the stopping thread at the end.
 */
@NullMarked
package io.overt.edge;

import org.jspecify.annotations.NullMarked;
