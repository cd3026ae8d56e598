package io.overt.control.store;

import com.google.protobuf.ByteString;
import java.time.Instant;

/**
 * A line of the audit trail, as it lies in the store.
 *
 * @param sequence from 1, without gaps
 * @param fields what it is looked for by
 * @param line canonical JSON, all of it
 * @param hash SHA-256 of the line
 */
public record AuditRow(long sequence, Fields fields, String line, ByteString hash) {

    /**
     * What a line is looked for by.
     *
     * @param kind intent, outcome, refusal or event
     * @param actor who
     * @param method what
     * @param outcome a gRPC status, or {@code pending}
     * @param process the control plane that wrote it
     * @param request one for an intent and its outcome
     */
    public record Fields(
            Instant at,
            String kind,
            String actor,
            String method,
            String outcome,
            String process,
            String request) {}

    /**
     * The end of the trail.
     *
     * @param sequence of the last line; 0 when there is none
     * @param hash of the last line; 32 zero bytes when there is none
     */
    public record Head(long sequence, ByteString hash) {
        /** Of a trail without a line. */
        public static final Head EMPTY = new Head(0, ByteString.copyFrom(new byte[32]));
    }
}
