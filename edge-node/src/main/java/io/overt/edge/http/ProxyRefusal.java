package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import io.overt.policy.RuleName;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * The explicit proxy's no to a request, before there is anything to filter.
 *
 * @param status an HTTP status code that {@link Pages} has words for
 * @param edge who answers, for {@code Proxy-Status}
 * @param proxyError RFC 9209 §2.3
 * @param rule that says no, if one does
 * @param label its words to the user
 * @param realm to be asked for the password of, with 407; printable ASCII without quotes
 * @param pseudonym ours in {@code Via}
 */
public record ProxyRefusal(
        int status,
        String edge,
        String proxyError,
        Optional<RuleName> rule,
        Optional<String> label,
        Optional<String> realm,
        String pseudonym) {

    /** The whole answer, head and page; the connection ends behind it. */
    public ByteBuf answer(PageNotice notice, InstantSource clock) {
        var via = "Via: 1.1 " + pseudonym + "\r\n";
        // RFC 7617 §2.1: the one encoding that may be named, and the one that passwords are read
        // in.
        var challenge =
                realm.map(
                        each ->
                                "Proxy-Authenticate: Basic realm=\""
                                        + each
                                        + "\", charset=\"UTF-8\"\r\n");
        return new Pages(notice, clock).ofProxy(this, via + challenge.orElse(""));
    }

    static final String OTHER_MESSAGE = "The proxy cannot do what was asked of it.";
    static final Map<Integer, String> MESSAGES =
            Map.of(
                    400,
                            "What your program asked of the proxy can be read in more than one way, or not at all.",
                    403, "The proxy does not lead there.",
                    407, "The proxy needs your name and password.",
                    429, "There were too many wrong passwords from your address. Try again later.",
                    501, "The proxy takes CONNECT, and http URLs.",
                    502, "The site cannot be reached from here.",
                    503, "The proxy cannot take more now. Try again later.",
                    504, "The site does not answer.");
}
