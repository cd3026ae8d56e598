/**
 * Owns this edge's ledger of exclusions as connections and administrators use it: tells it the
 * time, feeds it, counts, and keeps it in step with those of the site's other edges. It may call
 * the ledger, the site's maps and the disk. What connections call returns at once, on their event
 * loops; the site and the disk are left to a thread of its own, but for what an administrator says,
 * which is on disk before it is answered.
 */
@NullMarked
package io.overt.edge.exclusion.site;

import org.jspecify.annotations.NullMarked;
