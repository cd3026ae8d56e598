/**
 * Owns the private keys of the issuing CAs: where they live, that they are kept as they must be,
 * and what becomes of a call when a token fails. May call the JDK's SunPKCS11, the token's library
 * and Micrometer; knows nothing of certificates beyond the public key that names a key, and nothing
 * of requests. Calls into a token run on a bounded pool of platform threads of their own, never on
 * a virtual thread or an event loop.
 */
@NullMarked
package io.overt.signer.key;

import org.jspecify.annotations.NullMarked;
