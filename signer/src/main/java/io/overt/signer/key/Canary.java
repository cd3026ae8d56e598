package io.overt.signer.key;

import java.nio.charset.StandardCharsets;

/**
 * What a key signs to prove that it works. A TBSCertificate and a TBSCertList begin with the tag of
 * a SEQUENCE, 0x30; this does not, so that a signature over it is never one of a certificate or a
 * CRL.
 */
final class Canary {

    private static final byte[] CONTENT = "overt canary v1".getBytes(StandardCharsets.US_ASCII);

    static byte[] content() {
        return CONTENT.clone();
    }

    private Canary() {}
}
