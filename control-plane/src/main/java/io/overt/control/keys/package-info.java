/**
 * Owns the form of private keys in files: PEM, readable by their owner alone, never overwritten.
 * May call the JDK. Blocking; called at start and by commands.
 */
@NullMarked
package io.overt.control.keys;

import org.jspecify.annotations.NullMarked;
