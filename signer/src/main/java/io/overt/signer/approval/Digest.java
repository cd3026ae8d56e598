package io.overt.signer.approval;

import io.overt.x509.Hashes;
import java.util.HexFormat;

/**
 * A SHA-256.
 *
 * @param hex in lower case
 */
record Digest(String hex) {

    static Digest of(byte[] content) {
        return new Digest(HexFormat.of().formatHex(Hashes.sha256(content)));
    }
}
