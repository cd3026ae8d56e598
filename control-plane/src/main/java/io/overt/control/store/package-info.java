/**
 * Owns what the control plane remembers: policy versions, forever, the last known state of each
 * edge, and the heads of the logs that it witnesses, in SQLite. May call JDBI, the wire's types and
 * those of logs. Blocking; runs on the virtual threads of calls, one statement at a time.
 */
@NullMarked
package io.overt.control.store;

import org.jspecify.annotations.NullMarked;
