/**
 * Owns {@code overtctl}, the operator's command line. May call the operators' API over the fleet's
 * TLS or the web listener's, the policy compiler, what authors ask, and what is known of identity
 * providers. Runs on the main thread.
 */
@NullMarked
package io.overt.control.cli;

import org.jspecify.annotations.NullMarked;
