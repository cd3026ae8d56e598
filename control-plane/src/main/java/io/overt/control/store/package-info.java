/**
 * Owns what the control plane remembers: policy versions, forever, and the last known state of each
 * edge, in SQLite. May call JDBI and the wire's types. Blocking; runs on the virtual threads of
 * calls, one statement at a time.
 */
@NullMarked
package io.overt.control.store;

import org.jspecify.annotations.NullMarked;
