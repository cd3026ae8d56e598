package io.overt.signer.key;

import java.util.Locale;

/** The states of a signing key. Only in {@link #UP} is it worth sending requests to. */
public enum KeyState {
    /** A canary was signed and verified since the key was last opened. */
    UP,
    /** A fresh session is being set up. */
    RECOVERING,
    /** A fresh session could not be set up; it is tried again. */
    DOWN,
    /** A call has not returned for longer than it ever should. */
    STALLED,
    /** The PIN was refused; nothing is tried again. */
    LOCKED,
    /** Closed by its owner. */
    CLOSED;

    /** As in metrics and logs. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
