/**
 * Owns who may do what: principals, their roles, and the gate that holds each method's rule against
 * them. May call the fleet's identities, gRPC and the audit trail. Blocking; runs on the virtual
 * threads of calls.
 */
@NullMarked
package io.overt.control.access;

import org.jspecify.annotations.NullMarked;
