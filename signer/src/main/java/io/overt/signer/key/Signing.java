package io.overt.signer.key;

/** What asking a key to sign came to. */
public sealed interface Signing {

    /**
     * The key answered.
     *
     * @param signature as an X.509 signatureValue carries it: for ECDSA the DER SEQUENCE of r and s
     */
    @SuppressWarnings("ArrayRecordComponent") // made for one caller, who owns it; never compared
    record Signed(byte[] signature) implements Signing {}

    /**
     * The key did not answer with a signature.
     *
     * @param detail what happened, for logs and people
     */
    record NotSigned(Reason reason, String detail) implements Signing {}

    /** Why not. */
    enum Reason {
        /** More calls are waiting than the key is given: ask another signer. */
        BUSY,
        /** The deadline passed; what the token still answers is thrown away. */
        TOO_SLOW,
        /** The token failed, and failed again after a fresh start, or is still down. */
        FAILED,
        /** The token refused the PIN, or has one last try left: for an operator to settle. */
        LOCKED,
        /** The key was closed. */
        CLOSED
    }
}
