package io.overt.signer.key;

import java.security.PublicKey;
import java.util.Optional;

/**
 * The private key of one issuing CA, wherever it lives.
 *
 * <p>Thread-safe. A call that fails has released no signature to anybody, and may be repeated.
 * There is nothing to close here: a key in a token lives as long as its {@link SigningToken} is
 * open, and answers {@link Signing.NotSigned} from then on.
 */
public interface SigningKey {

    /** The public half; it never changes. */
    PublicKey publicKey();

    /**
     * Signs with the one scheme that goes with the key ({@link SignatureScheme#of}). Blocks the
     * caller until the key has answered or its configured deadline is over.
     *
     * <p>What comes back was not yet verified: a token that mixes up its handles signs with the
     * wrong key and says so to nobody. Callers verify against the issuing certificate before they
     * let it out.
     *
     * @param content what is signed, as it is; hashing is part of the scheme
     */
    Signing sign(byte[] content);

    /**
     * Signs a {@link Canary} on the same way, and verifies it with the public half. Blocks as
     * {@link #sign} does.
     *
     * @return why it did not, or nothing when it did
     */
    Optional<Signing.NotSigned> canary();

    /** How it is now. */
    KeyState state();
}
