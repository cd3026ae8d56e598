/**
 * Owns how gRPC is served and called inside a fleet: one set of limits, no service without a role
 * gate, one backstop for defects. May call the identity and process packages and gRPC. Methods run
 * on virtual threads, one a call, and may block.
 */
@NullMarked
package io.overt.service.rpc;

import org.jspecify.annotations.NullMarked;
