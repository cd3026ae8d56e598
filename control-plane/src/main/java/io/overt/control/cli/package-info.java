/**
 * Owns {@code overtctl}, the operator's command line. May call the operators' API over the fleet's
 * TLS, the policy compiler, and what authors ask. Runs on the main thread.
 */
@NullMarked
package io.overt.control.cli;

import org.jspecify.annotations.NullMarked;
