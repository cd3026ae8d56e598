/**
 * Owns the signer as a process: its configuration, its composition root, its gRPC service and its
 * commands. May call every package of this module, x509 and service. Calls are answered on virtual
 * threads; starting and stopping happens on the main thread.
 */
@NullMarked
package io.overt.signer;

import org.jspecify.annotations.NullMarked;
