/**
 * Owns this edge's copy of its site's exclusions: feeds the ledger from connections, shares its
 * notes through the sealed map, keeps administrators' verdicts on disk, and answers the control
 * plane. It may call the ledger, the site's maps and the protocol's messages. What connections call
 * returns at once on their event loops; everything slow runs on one thread of its own.
 */
@NullMarked
package io.overt.edge.exclusion.site;

import org.jspecify.annotations.NullMarked;
