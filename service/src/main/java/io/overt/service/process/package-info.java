/**
 * Owns the life of a process: its command line, its exit codes, its log lines, the order in which
 * its parts start and stop. May call the config package, picocli and the logger. The main thread
 * starts everything and then waits; stopping runs on the main thread, or on the JVM's shutdown
 * thread after a signal.
 */
@NullMarked
package io.overt.service.process;

import org.jspecify.annotations.NullMarked;
