package io.overt.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Facts as people state them who ask what a policy would say. What they leave out is unknown, and
 * is never made up: {@link Explanation#restsOn} tells whether it matters. Three things are taken
 * for absent where they are not stated, because they are for nearly every connection: a user, a
 * CONNECT request, and a fault of the hello. Confined to one thread.
 */
public final class GivenFacts {
    private final Map<Key, List<String>> stated = new EnumMap<>(Key.class);
    private Optional<Request> request = Optional.empty();

    private record Request(
            String method,
            String scheme,
            String authority,
            String path,
            List<Map.Entry<String, String>> headers) {}

    /** What can be stated, by the word that tests and options have for it. */
    public enum Key {
        HOST("host", Fact.HOST),
        CONNECT("connect"),
        CLIENT("client", Fact.CLIENT),
        DESTINATION("destination", Fact.DESTINATION),
        PORT("port", Fact.PORT),
        SITE("site", Fact.SITE),
        LISTENER("listener", Fact.LISTENER),
        USER("user", Fact.USER),
        TIME("time", Fact.TIME),
        ALPN("alpn", Fact.ALPN),
        ECH("ech", Fact.ECH),
        JA4("ja4", Fact.JA4),
        FAULT("fault"),
        NO_SNI("no-sni");

        private final String key;
        private final Optional<Fact> fact;

        Key(String key) {
            this.key = key;
            this.fact = Optional.empty();
        }

        Key(String key, Fact fact) {
            this.key = key;
            this.fact = Optional.of(fact);
        }

        /** The word. */
        public String key() {
            return key;
        }
    }

    /**
     * States one.
     *
     * @param values one text; any number for {@link Key#ALPN}
     * @return empty when it is taken, else what is wrong with it, as a message of the compiler's
     *     would say it
     */
    public Optional<String> state(Key key, List<String> values) {
        if (key != Key.ALPN && values.size() != 1) {
            return Optional.of("`" + key.key() + "`: " + values.size() + " values (expected: one)");
        }
        Optional<String> expected =
                key == Key.ALPN ? Optional.empty() : expected(key, values.getFirst());
        if (expected.isPresent()) {
            return Optional.of(
                    "`"
                            + key.key()
                            + "`: "
                            + Fields.quoted(values.getFirst())
                            + " (expected: "
                            + expected.get()
                            + ")");
        }
        stated.put(key, List.copyOf(values));
        return Optional.empty();
    }

    /**
     * States a request on the connection. Its host is the server name where none is stated.
     *
     * @param url {@code https://host[:port]/path}, sent as it is
     * @param headers names and values
     * @return empty when it is taken, else what is wrong with it
     */
    public Optional<String> stateRequest(
            String method, String url, List<Map.Entry<String, String>> headers) {
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            return Optional.of(
                    "`url`: "
                            + Fields.quoted(url)
                            + " (expected: a URL as https://chat.example/path)");
        }
        if (!METHOD.matcher(method).matches()) {
            return Optional.of(
                    "`method`: " + Fields.quoted(method) + " (expected: a method as POST)");
        }
        request =
                Optional.of(
                        new Request(
                                method,
                                parts.group(1),
                                parts.group(2),
                                parts.group(3).isEmpty() ? "/" : parts.group(3),
                                List.copyOf(headers)));
        return Optional.empty();
    }

    /** What of the stated facts cannot be true together; empty when all can. */
    public Optional<String> contradiction() {
        Optional<String> fault = value(Key.FAULT);
        if (fault.isPresent()) {
            for (Key key : List.of(Key.ALPN, Key.ECH, Key.JA4, Key.NO_SNI)) {
                if (stated.containsKey(key)) {
                    return Optional.of(
                            "`"
                                    + key.key()
                                    + "`: is not known beside `fault`, which says that no hello was"
                                    + " read");
                }
            }
            if (stated.containsKey(Key.HOST) && !fault.get().equals(HelloFault.NOT_TLS.key())) {
                return Optional.of(
                        "`host`: is not known beside `fault` (expected: without it, or `fault: not-tls`"
                                + " for a plain request to the explicit proxy)");
            }
        }
        return stated.containsKey(Key.HOST) && isNameless()
                ? Optional.of("`host`: is stated, and `no-sni` says that there is none")
                : Optional.empty();
    }

    /**
     * The facts. What is not known is some value that nobody should look at, see {@link #unknown}.
     */
    public ConnectionFacts connection() {
        int port = value(Key.PORT).map(Integer::parseInt).orElse(0);
        return new ConnectionFacts(
                value(Key.SITE).orElse(""),
                value(Key.LISTENER).orElse(""),
                value(Key.CLIENT).flatMap(Cidr::address).orElse(UNKNOWN_CLIENT),
                value(Key.USER),
                value(Key.DESTINATION)
                        .flatMap(Cidr::address)
                        .map(address -> new InetSocketAddress(address, port))
                        .orElseGet(
                                () ->
                                        InetSocketAddress.createUnresolved(
                                                value(Key.DESTINATION).orElse("unknown"), port)),
                serverName(),
                value(Key.CONNECT).flatMap(HostName::parse),
                hello(),
                value(Key.TIME).flatMap(GivenFacts::time).orElse(Instant.EPOCH));
    }

    /** The request, where one is stated. */
    public Optional<HttpRequestFacts> request() {
        return request.map(
                asked ->
                        new HttpRequestFacts(
                                asked.method(),
                                asked.scheme(),
                                asked.authority(),
                                asked.path(),
                                asked.headers(),
                                connection()));
    }

    /** The facts that are neither stated nor follow from what is. */
    public Set<Fact> unknown() {
        EnumSet<Fact> unknown = EnumSet.allOf(Fact.class);
        stated.keySet().forEach(key -> key.fact.ifPresent(unknown::remove));
        unknown.remove(Fact.USER);
        if (value(Key.FAULT).isPresent()) {
            unknown.removeAll(EnumSet.of(Fact.HOST, Fact.ALPN, Fact.ECH, Fact.JA4));
        }
        if (isNameless() || serverName().isPresent()) {
            unknown.remove(Fact.HOST);
        }
        return unknown;
    }

    private Optional<HostName> serverName() {
        return value(Key.HOST)
                .or(() -> isNameless() ? Optional.empty() : request.map(Request::authority))
                .flatMap(text -> Authority.parse(text, 443))
                .flatMap(
                        authority ->
                                authority.host() instanceof RequestUrl.Host.Named(HostName name)
                                        ? Optional.of(name)
                                        : Optional.empty());
    }

    private HelloFacts hello() {
        Optional<HelloFault> fault = value(Key.FAULT).flatMap(GivenFacts::fault);
        return fault.isPresent()
                ? new HelloFacts.NotPeeked(fault.get())
                : new HelloFacts.Peeked(
                        stated.getOrDefault(Key.ALPN, List.of()),
                        value(Key.ECH).equals(Optional.of("true")) ? Ech.OFFERED : Ech.ABSENT,
                        value(Key.JA4).orElse(""));
    }

    private boolean isNameless() {
        return value(Key.NO_SNI).equals(Optional.of("true"))
                || (value(Key.FAULT).isPresent() && !stated.containsKey(Key.HOST));
    }

    private Optional<String> value(Key key) {
        return Optional.ofNullable(stated.get(key)).map(List::getFirst);
    }

    /** What was expected of a text that cannot be this fact; empty when it can. */
    private static Optional<String> expected(Key key, String text) {
        return switch (key) {
            case HOST, CONNECT ->
                    require(HostName.parse(text).isPresent(), "a host name as www.example.com");
            case CLIENT ->
                    require(
                            Cidr.address(text).isPresent(),
                            "an address as 192.0.2.1 or 2001:db8::1");
            case DESTINATION ->
                    require(
                            Cidr.address(text).isPresent() || HostName.parse(text).isPresent(),
                            "an address as 192.0.2.1 or 2001:db8::1, or a name that was not looked up");
            case PORT -> require(PortRange.port(text).isPresent(), "1 to 65535");
            case SITE, LISTENER -> require(RuleName.isValid(text), RuleName.EXPECTED);
            case USER, JA4, ALPN -> require(!text.isBlank(), "a text");
            case TIME ->
                    require(
                            time(text).isPresent(),
                            "a time with its offset, as 2026-11-23T10:30:00Z or"
                                    + " 2026-11-23T11:30:00+01:00");
            case ECH, NO_SNI ->
                    require(text.equals("true") || text.equals("false"), "true or false");
            case FAULT ->
                    require(
                            fault(text).isPresent(),
                            String.join(
                                    ", ",
                                    Stream.of(HelloFault.values()).map(HelloFault::key).toList()));
        };
    }

    private static Optional<String> require(boolean holds, String expected) {
        return holds ? Optional.empty() : Optional.of(expected);
    }

    private static Optional<HelloFault> fault(String text) {
        return Stream.of(HelloFault.values()).filter(known -> known.key().equals(text)).findFirst();
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static final InetAddress UNKNOWN_CLIENT = InetAddress.ofLiteral("0.0.0.0");
    private static final Pattern URL =
            Pattern.compile("(https?)://([^/?#\\s]+)([^\\s]*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern METHOD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
}
