/**
 * Owns what a transparency log is made of (C2SP tlog-tiles, tlog-checkpoint, signed-note,
 * tlog-proof): Merkle hashes, tiles, proofs and signed tree heads, made and verified. It may call
 * the JDK, and reads tiles through {@link io.overt.x509.tlog.TileSource} only, so that signer,
 * witness, monitor and tests share it. Everything here but {@link io.overt.x509.tlog.TreeGrowth} is
 * immutable, and all of it runs on whichever thread calls it.
 */
@NullMarked
package io.overt.x509.tlog;

import org.jspecify.annotations.NullMarked;
