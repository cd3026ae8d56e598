package io.overt.service.identity;

/**
 * A process's identity files cannot be used; the operator's fault. The message says which file and
 * why.
 */
public final class FleetIdentityException extends Exception {
    FleetIdentityException(String message) {
        super(message);
    }

    FleetIdentityException(String message, Throwable cause) {
        super(message, cause);
    }
}
