/**
 * The whole cluster on one machine, as separate processes or inside this one: files,
 * configurations, start, readiness, stop. It may call the test kit, start programs and carry out
 * the parts' blueprints, and knows the parts otherwise only by their configuration files.
 * Single-threaded: whoever makes a cluster also stops it.
 */
@NullMarked
package io.overt.it.cluster;

import org.jspecify.annotations.NullMarked;
