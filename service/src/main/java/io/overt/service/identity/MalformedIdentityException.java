package io.overt.service.identity;

/** A certificate does not say who its subject is; the fault of whoever issued it. */
public final class MalformedIdentityException extends Exception {
    MalformedIdentityException(String message) {
        super(message);
    }
}
