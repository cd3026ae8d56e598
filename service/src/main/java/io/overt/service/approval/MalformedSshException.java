package io.overt.service.approval;

/** Not what OpenSSH writes; the message says what it is instead. */
final class MalformedSshException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedSshException(String message) {
        super(message);
    }
}
