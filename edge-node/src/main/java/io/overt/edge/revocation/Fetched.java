package io.overt.edge.revocation;

import com.google.protobuf.ByteString;
import java.util.Locale;

/** What came of fetching something. */
sealed interface Fetched {
    /** The body of a 200 response. Nothing is known about it but its size. */
    record Body(ByteString bytes) implements Fetched {}

    /** Nothing was fetched. */
    record Failed(Fault fault, String detail) implements Fetched {}

    /** Why. Counters use these names. */
    enum Fault {
        /** As many fetches are going on as may. */
        BUSY,
        /** Not an {@code http} URL that is fetched. */
        BAD_URL,
        /** The name has no address. */
        UNRESOLVED,
        /** It leads to an address that is not dialled. */
        FORBIDDEN_ADDRESS,
        /** Nobody there, or the connection broke. */
        UNREACHABLE,
        /** Not done within the deadline. */
        TOO_SLOW,
        /** More than is read. */
        TOO_LARGE,
        /** Another status than 200; redirects among them. */
        STATUS,
        /** Not HTTP. */
        NOT_HTTP,
        /** Fetched a while ago, and of no use. */
        UNUSABLE;

        /** As metrics write it. */
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
