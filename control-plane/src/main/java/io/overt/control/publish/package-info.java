/**
 * Owns how a policy becomes a version: compiled, numbered, signed, kept. May call the policy
 * engine, the store and the signing key. Blocking; runs on the virtual threads of calls, one
 * publication at a time.
 */
@NullMarked
package io.overt.control.publish;

import org.jspecify.annotations.NullMarked;
