package io.overt.edge.hello;

/**
 * What the bytes seen so far amount to. All but {@link NeedMore} are final: the parser keeps giving
 * the same one.
 */
public sealed interface HelloPeek {

    /** The bytes are the beginning of a hello, or there are none yet. */
    record NeedMore() implements HelloPeek {}

    /** One whole, well-formed hello. */
    record Hello(ClientHello hello) implements HelloPeek {}

    /**
     * The first bytes are no TLS handshake record: another protocol, an SSLv2 hello, or a TLS
     * alert.
     */
    record NotTls(String detail) implements HelloPeek {}

    /**
     * It began as a TLS handshake and breaks a rule of its RFC. Never "no server name": a name that
     * two parsers could read differently is a way around policy.
     *
     * @param why one line of printable ASCII, safe to log: what, the offending value, what was
     *     expected
     */
    record Malformed(String why) implements HelloPeek {}

    /** The hello is, or announces itself as, larger than the limit. */
    record TooLarge(HelloLimit limit) implements HelloPeek {}
}
