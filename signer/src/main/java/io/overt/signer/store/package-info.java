/**
 * Owns the signer's durable memory: one SQLite file, one connection, one thread that writes it in
 * groups. May call JDBI and the ports it implements, nothing else of ours. All SQL runs on the
 * thread "signer-store"; callers block with a deadline.
 */
@NullMarked
package io.overt.signer.store;

import org.jspecify.annotations.NullMarked;
