/**
 * Owns {@code overtctl}, the operator's command line. May call the operators' API over the fleet's
 * TLS and the policy compiler. Runs on the main thread.
 */
@NullMarked
package io.overt.control.cli;

import org.jspecify.annotations.NullMarked;
