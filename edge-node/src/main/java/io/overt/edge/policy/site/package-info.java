/**
 * Owns what edges of one site tell each other of the policy in force, so that a new one has a
 * policy while the control plane is away. May call the feed and the site's sealed maps; what it
 * reads there goes through the feed's own examination. Runs on a virtual thread of its own, which
 * may block.
 */
@NullMarked
package io.overt.edge.policy.site;

import org.jspecify.annotations.NullMarked;
