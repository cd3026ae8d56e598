/**
 * The whole cluster as separate processes on one machine: files, configurations, start, readiness,
 * stop. It may call the test kit and start programs, and knows the parts only by their launchers
 * and configuration files. Single-threaded: whoever makes a cluster also stops it.
 */
@NullMarked
package io.overt.it.cluster;

import org.jspecify.annotations.NullMarked;
