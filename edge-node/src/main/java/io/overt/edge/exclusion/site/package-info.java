/**
 * Owns this edge's ledger of exclusions as connections use it: tells it the time, feeds it, counts.
 * It may call the ledger and the meters. What connections call returns at once, on their event
 * loops.
 */
@NullMarked
package io.overt.edge.exclusion.site;

import org.jspecify.annotations.NullMarked;
