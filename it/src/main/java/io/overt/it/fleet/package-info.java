/**
 * Owns {@code ./overt bench-fleet}: how a control plane bears thousands of edges, which are real
 * but for having no data path. It may call the edges' policy feed, the fleet's TLS, the control
 * plane's API and the processes of {@code cluster}. It runs on the threads of two {@code main}s and
 * what they start.
 */
@NullMarked
package io.overt.it.fleet;

import org.jspecify.annotations.NullMarked;
