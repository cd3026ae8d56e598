/**
 * Owns the list of certificate logs that an operator gives the edge, and whether an upstream's leaf
 * is as public as its rule demands. It may call {@code x509} and the file system, and never fetches
 * anything. The list is read on a thread of its own; checks run on whichever thread verifies.
 */
@NullMarked
package io.overt.edge.transparency;

import org.jspecify.annotations.NullMarked;
