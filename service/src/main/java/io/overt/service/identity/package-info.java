/**
 * Owns who the processes and operators of a fleet are: identities in certificates, mutual TLS that
 * follows its files, and the check of roles on both ends of a call. May call gRPC, Netty's TLS and
 * the failure vocabulary. Its parts are safe for use by any thread; files are watched on one thread
 * of its own.
 */
@NullMarked
package io.overt.service.identity;

import org.jspecify.annotations.NullMarked;
