package io.overt.policy;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The host and port part of a URL, normalised. */
record Authority(RequestUrl.Host host, int port) {
    /**
     * The authority that {@code text} spells; empty when it spells none. User information before
     * the last {@code @} is not part of what is asked for and is left out.
     */
    static Optional<Authority> parse(String text, int defaultPort) {
        String hostPort = text.substring(text.lastIndexOf('@') + 1);
        int bracket = hostPort.lastIndexOf(']');
        int colon = hostPort.indexOf(':', Math.max(bracket, 0));
        String portText = colon < 0 ? "" : hostPort.substring(colon + 1);
        int port = defaultPort;
        if (!portText.isEmpty()) {
            if (portText.length() > 5 || !portText.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Optional.empty();
            }
            port = Integer.parseInt(portText);
            if (port > 65535) {
                return Optional.empty();
            }
        }
        int found = port;
        return host(colon < 0 ? hostPort : hostPort.substring(0, colon))
                .map(host -> new Authority(host, found));
    }

    static Optional<RequestUrl.Host> host(String text) {
        if (text.startsWith("[") && text.endsWith("]")) {
            return Cidr.address(text.substring(1, text.length() - 1))
                    .map(RequestUrl.Host.Address::new);
        }
        Optional<InetAddress> address =
                text.indexOf(':') < 0 ? Cidr.address(text) : Optional.empty();
        if (address.isPresent()) {
            return address.map(RequestUrl.Host.Address::new);
        }
        // RFC 3986 §3.2.2: percent-encoded octets of a registered name are UTF-8.
        String decoded =
                new String(
                        UrlText.octets(RequestUrl.Style.LENIENT, text)
                                .getBytes(StandardCharsets.ISO_8859_1),
                        StandardCharsets.UTF_8);
        return HostName.parse(decoded).map(RequestUrl.Host.Named::new);
    }
}
