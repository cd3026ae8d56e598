/**
 * Owns what is asked beyond an upstream's own words before it counts as verified: whether its
 * certificates have been revoked, and where the intermediates are that it did not show. It may call
 * {@code x509}, the site's maps, and any web server that a certificate names, in the clear and
 * within limits. Nothing here runs on a connection's event loop: fetches have a loop of their own,
 * and what waits for them waits on virtual threads, each wait with a deadline.
 */
@NullMarked
package io.overt.edge.revocation;

import org.jspecify.annotations.NullMarked;
