/**
 * Owns what a client is shown: from a verified upstream to a forged leaf that is ready for a TLS
 * engine, by way of the local cache, the site's cache and the signers. It may call x509, the site's
 * maps and keys, and the signers' gRPC stubs; it knows no listener, policy or pipeline. Everything
 * public here may be called on any thread, event loops included, and nothing here blocks its
 * caller.
 */
@NullMarked
package io.overt.edge.forge;

import org.jspecify.annotations.NullMarked;
