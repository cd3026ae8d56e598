/**
 * Owns the control plane's process: its configuration and its composition root. May call every
 * package below it. Starts on the main thread.
 */
@NullMarked
package io.overt.control;

import org.jspecify.annotations.NullMarked;
