package io.overt.signer.issue;

import io.overt.proto.failure.v1.RefusalReason;
import java.time.Duration;
import java.util.Optional;

/** What a request for a certificate comes to. */
public sealed interface Answer {

    /**
     * The certificate.
     *
     * @param kept it, and where it is in the log
     */
    record Issued(IssuanceIndex.Kept kept, Origin origin) implements Answer {}

    /**
     * Nothing was signed for it, or nothing may be released.
     *
     * @param subject what the reason is about; may be empty
     * @param detail for people
     * @param retryAfter when asking again can help, where that is known
     */
    record Refused(
            RefusalReason reason, String subject, String detail, Optional<Duration> retryAfter)
            implements Answer {

        /** One that says nothing of when. */
        public Refused(RefusalReason reason, String subject, String detail) {
            this(reason, subject, detail, Optional.empty());
        }
    }

    /** Where a certificate came from. */
    enum Origin {
        /** Signed for this request. */
        SIGNED,
        /** Signed before, or for an identical request at the same time. */
        REPEATED
    }
}
