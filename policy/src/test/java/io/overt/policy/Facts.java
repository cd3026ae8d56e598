package io.overt.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Facts with defaults, of which a test writes down those that it is about. Immutable. */
record Facts(ConnectionFacts connection) {
    private static final Facts DEFAULT =
            new Facts(
                    new ConnectionFacts(
                            "hq",
                            "divert",
                            InetAddress.ofLiteral("10.1.2.3"),
                            Optional.empty(),
                            new InetSocketAddress(InetAddress.ofLiteral("203.0.113.7"), 443),
                            Optional.of(new HostName("www.example")),
                            Optional.empty(),
                            new HelloFacts.Peeked(
                                    List.of("h2", "http/1.1"),
                                    Ech.ABSENT,
                                    "t13d1516h2_8daaf6152771_e5627efa2ab1"),
                            Instant.parse("2026-11-23T10:30:00Z")));

    static Facts to(String serverName) {
        return DEFAULT.serverName(serverName);
    }

    static Facts atSite(String site) {
        ConnectionFacts c = DEFAULT.connection;
        return new Facts(
                new ConnectionFacts(
                        site,
                        c.listener(),
                        c.client(),
                        c.user(),
                        c.destination(),
                        c.serverName(),
                        c.connectHost(),
                        c.hello(),
                        c.at()));
    }

    static Facts unlike() {
        return DEFAULT;
    }

    Facts serverName(String name) {
        return with(Optional.of(new HostName(name)), connection.connectHost(), connection.hello());
    }

    Facts noServerName() {
        return with(Optional.empty(), connection.connectHost(), connection.hello());
    }

    Facts connectHost(String name) {
        return with(connection.serverName(), Optional.of(new HostName(name)), connection.hello());
    }

    Facts hello(HelloFacts hello) {
        return with(connection.serverName(), connection.connectHost(), hello);
    }

    Facts fault(HelloFault fault) {
        return with(Optional.empty(), connection.connectHost(), new HelloFacts.NotPeeked(fault));
    }

    Facts client(String address) {
        return new Facts(
                new ConnectionFacts(
                        connection.site(),
                        connection.listener(),
                        InetAddress.ofLiteral(address),
                        connection.user(),
                        connection.destination(),
                        connection.serverName(),
                        connection.connectHost(),
                        connection.hello(),
                        connection.at()));
    }

    Facts destination(InetSocketAddress destination) {
        return new Facts(
                new ConnectionFacts(
                        connection.site(),
                        connection.listener(),
                        connection.client(),
                        connection.user(),
                        destination,
                        connection.serverName(),
                        connection.connectHost(),
                        connection.hello(),
                        connection.at()));
    }

    Facts destination(String address, int port) {
        return destination(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    }

    Facts user(String user) {
        return new Facts(
                new ConnectionFacts(
                        connection.site(),
                        connection.listener(),
                        connection.client(),
                        Optional.of(user),
                        connection.destination(),
                        connection.serverName(),
                        connection.connectHost(),
                        connection.hello(),
                        connection.at()));
    }

    Facts listener(String listener) {
        return new Facts(
                new ConnectionFacts(
                        connection.site(),
                        listener,
                        connection.client(),
                        connection.user(),
                        connection.destination(),
                        connection.serverName(),
                        connection.connectHost(),
                        connection.hello(),
                        connection.at()));
    }

    Facts at(String instant) {
        return new Facts(
                new ConnectionFacts(
                        connection.site(),
                        connection.listener(),
                        connection.client(),
                        connection.user(),
                        connection.destination(),
                        connection.serverName(),
                        connection.connectHost(),
                        connection.hello(),
                        Instant.parse(instant)));
    }

    private Facts with(
            Optional<HostName> serverName, Optional<HostName> connectHost, HelloFacts hello) {
        return new Facts(
                new ConnectionFacts(
                        connection.site(),
                        connection.listener(),
                        connection.client(),
                        connection.user(),
                        connection.destination(),
                        serverName,
                        connectHost,
                        hello,
                        connection.at()));
    }

    /**
     * A request as it stands in {@code method target authority}, with header lines {@code name:
     * value}.
     */
    HttpRequestFacts request(String method, String authority, String target, String... headers) {
        List<Map.Entry<String, String>> lines = new ArrayList<>();
        for (String header : headers) {
            int colon = header.indexOf(':');
            lines.add(Map.entry(header.substring(0, colon), header.substring(colon + 1)));
        }
        return new HttpRequestFacts(method, "https", authority, target, lines, connection);
    }
}
