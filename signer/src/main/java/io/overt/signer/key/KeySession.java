package io.overt.signer.key;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import javax.security.auth.login.LoginException;

/**
 * One login on a token, used until it fails for the first time. Each method may block for as long
 * as a token's library likes, and may fail with {@link java.security.ProviderException}.
 * Thread-safe.
 */
interface KeySession {

    /** Signs; what comes back is not verified yet. */
    byte[] sign(PublicKey key, byte[] content) throws GeneralSecurityException, SigningKeyException;

    /** Has the key sign something that is no certificate, and verifies it with the public half. */
    void canary(PublicKey key) throws GeneralSecurityException, SigningKeyException;

    /**
     * The login ends: only for an orderly end, since it takes every session of this process with
     * it.
     */
    void logout() throws LoginException;

    /** A dead session is left while calls are still inside it: only the login's own is closed. */
    void abandon();

    /**
     * A dead session is left and nobody is inside: all that this process has open on the token is
     * closed, since what is left open counts against the sessions that its successor may have, and
     * keeps a login that was not asked for a PIN.
     *
     * @return whether it is; a token that is away closes nothing
     */
    boolean clear();

    /** Makes sessions. */
    @FunctionalInterface
    interface Source {
        /** Logs in, finds every key, checks how it is kept, and has it sign a canary. */
        KeySession open() throws SigningKeyException;
    }
}
