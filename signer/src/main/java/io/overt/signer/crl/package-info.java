/**
 * Owns the CRLs of our issuers: what stands in them, when they are made anew, and that each is in
 * the log before anybody sees it. May call issuing's rules, the signing keys, the transparency log
 * and its own port, which the store implements. CRLs are made on the thread "signer-crl"; reading
 * the published ones is for any thread.
 */
@NullMarked
package io.overt.signer.crl;

import org.jspecify.annotations.NullMarked;
