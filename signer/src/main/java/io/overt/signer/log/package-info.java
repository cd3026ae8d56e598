/**
 * Owns the transparency log: what its entries say, who can read them, and the tiles and checkpoints
 * on the disk. May call the issuing index's port, which it implements on a {@link
 * io.overt.signer.log.Ledger}, signing keys, the contract and {@code io.overt.x509.tlog}. Entries
 * are made on the caller's thread; tiles and checkpoints on the thread "signer-log".
 */
@NullMarked
package io.overt.signer.log;

import org.jspecify.annotations.NullMarked;
