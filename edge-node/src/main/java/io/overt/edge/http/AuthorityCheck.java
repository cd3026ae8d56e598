package io.overt.edge.http;

/**
 * Whether the certificate that was verified for this connection's upstream is valid for a host.
 *
 * <p>A client that handshook for one host and asks for another would be filtered, forged for and
 * recorded under the wrong name, so a request for a host that is not covered is refused with 421
 * (RFC 9110 §7.4).
 */
@FunctionalInterface
public interface AuthorityCheck {

    /**
     * @param host as the request names it, normalised: a lower-case name without trailing dot, a
     *     dotted IPv4 address, or an IPv6 address without brackets. Chosen by the client
     */
    boolean covers(String host);
}
