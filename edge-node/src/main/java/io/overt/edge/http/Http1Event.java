package io.overt.edge.http;

import io.overt.policy.RuleName;
import java.util.Optional;

/**
 * What a connection's record and counters want to know. {@code number} counts the connection's
 * requests from 1; {@code url} is the requested URL, spelled as the client spelled it, cut to
 * {@value #LONGEST_URL} characters.
 */
public sealed interface Http1Event {

    int LONGEST_URL = 2048;

    /** A request went to the upstream. */
    record Passed(long number, Optional<RuleName> rule, String method, String url)
            implements Http1Event {}

    /** A request was answered with the page; the upstream did not see it. */
    record Blocked(long number, RuleName rule, Optional<String> label, String method, String url)
            implements Http1Event {}

    /** The connection ends because of what {@code side} sent. */
    record Refused(Http1Side side, Http1Fault fault, String detail) implements Http1Event {}

    /**
     * The connection left HTTP by request {@code number}; what follows is relayed and not filtered.
     */
    record Upgraded(long number, String protocol) implements Http1Event {}

    /**
     * {@code side} ended in the middle of a message, or without the answer it owed; or its channel
     * failed.
     */
    record Cut(Http1Side side, String detail) implements Http1Event {}
}
