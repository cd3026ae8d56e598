/**
 * Owns the CAs that may vouch for upstreams, as files that their operator changes while the edge
 * runs, and what is remembered of chains that verified with them. It may call {@code x509} and read
 * those files. It reads on a thread of its own, and every thread may verify.
 */
@NullMarked
package io.overt.edge.trust;

import org.jspecify.annotations.NullMarked;
