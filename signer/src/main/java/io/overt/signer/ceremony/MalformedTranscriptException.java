package io.overt.signer.ceremony;

import java.io.IOException;

/** What should be the transcript of a ceremony is none. */
public final class MalformedTranscriptException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedTranscriptException(String message) {
        super(message);
    }
}
