package io.overt.service.approval;

import io.overt.service.bundle.PolicySignature;
import java.util.HexFormat;

/**
 * A SHA-256.
 *
 * @param hex in lower case
 */
record Digest(String hex) {

    static Digest of(byte[] content) {
        return new Digest(HexFormat.of().formatHex(PolicySignature.sha256(content)));
    }
}
