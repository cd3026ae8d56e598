/**
 * Owns what the control plane remembers: policy versions, forever, the last known state of each
 * edge, and the heads of the logs that it witnesses, in SQLite or in PostgreSQL; who of several
 * control planes holds a lease, and how one tells the others; backup and restore. May call JDBI,
 * the databases' drivers, the wire's types and those of logs. Blocking; runs on the virtual threads
 * of calls, and on two kinds of its own: one that listens to PostgreSQL, and one for each watch.
 */
@NullMarked
package io.overt.control.store;

import org.jspecify.annotations.NullMarked;
