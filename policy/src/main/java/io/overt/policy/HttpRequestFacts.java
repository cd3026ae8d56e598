package io.overt.policy;

import java.util.List;
import java.util.Map;

/**
 * All that a decision about a request rests on: the request as the client sent it, not normalised.
 * {@link HttpRules} does that, so that every caller does it alike.
 *
 * @param method as sent
 * @param scheme {@code https} or {@code http}: what carried the request, whatever an absolute-form
 *     target claims
 * @param authority the Host field's value or {@code :authority}; empty when there is none
 * @param path the request target, with its query: origin-form, absolute-form, authority-form or
 *     {@code *}
 * @param headers field lines in order, names in any case, values as they arrived
 * @param connection the connection that carries it
 */
public record HttpRequestFacts(
        String method,
        String scheme,
        String authority,
        String path,
        List<Map.Entry<String, String>> headers,
        ConnectionFacts connection) {
    public HttpRequestFacts {
        headers = List.copyOf(headers);
    }
}
