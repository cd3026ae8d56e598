/**
 * Owns a PostgreSQL server for tests: the distribution's own programs, a cluster of its own, one a
 * process. May call the JDK, a JDBC driver that the test's module has, and nothing of ours. Runs on
 * the calling test thread.
 */
@NullMarked
package io.overt.testkit.postgres;

import org.jspecify.annotations.NullMarked;
