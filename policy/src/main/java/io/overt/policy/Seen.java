package io.overt.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a condition found in the facts.
 *
 * @param fact which fact it is about; empty for a request's
 */
record Seen(Optional<Fact> fact, String text) {
    static Seen by(Condition condition, Subject subject) {
        ConnectionFacts facts = subject.connection();
        return switch (condition) {
            case Condition.All(List<Condition> parts) -> by(parts, subject);
            case Condition.Any(List<Condition> parts) -> by(parts, subject);
            case Condition.Not(Condition part) -> by(part, subject);
            case Condition.Written written -> by(written.part(), subject);
            case Condition.Always _ -> new Seen(Optional.empty(), "");
            case Condition.InHostSets _ ->
                    subject.request()
                            .map(request -> new Seen(Optional.empty(), text(request.url().host())))
                            .orElseGet(() -> about(Fact.HOST, serverName(facts)));
            case Condition.Client _ -> about(Fact.CLIENT, facts.client().getHostAddress());
            case Condition.Destination _ -> about(Fact.DESTINATION, host(facts.destination()));
            case Condition.Port _ ->
                    about(Fact.PORT, String.valueOf(facts.destination().getPort()));
            case Condition.Site _ -> about(Fact.SITE, facts.site());
            case Condition.Listener _ -> about(Fact.LISTENER, facts.listener());
            case Condition.User _ -> about(Fact.USER, facts.user().orElse("no user"));
            case Condition.Time _ -> about(Fact.TIME, facts.at().toString());
            case Condition.NoServerName _ -> about(Fact.HOST, serverName(facts));
            case Condition.ServerNameMismatch _ ->
                    about(
                            Fact.HOST,
                            "CONNECT "
                                    + facts.connectHost().map(HostName::value).orElse("none")
                                    + ", "
                                    + serverName(facts));
            case Condition.EncryptedHello _ ->
                    hello(
                            facts,
                            Fact.ECH,
                            hello -> hello.ech() == Ech.OFFERED ? "offered" : "absent");
            case Condition.Alpn _ ->
                    hello(
                            facts,
                            Fact.ALPN,
                            hello ->
                                    hello.alpn().isEmpty()
                                            ? "none offered"
                                            : String.join(", ", hello.alpn()));
            case Condition.Ja4 _ -> hello(facts, Fact.JA4, HelloFacts.Peeked::ja4);
            case Condition.Fault _ ->
                    new Seen(
                            Optional.empty(),
                            switch (facts.hello()) {
                                case HelloFacts.Peeked _ -> "a hello that was read";
                                case HelloFacts.NotPeeked(HelloFault fault) -> fault.key();
                            });
            case Condition.Url _ -> request(subject, request -> text(request.url()));
            case Condition.Method _ -> request(subject, request -> request.facts().method());
            case Condition.Header(String name, _) ->
                    request(subject, request -> lines(request.facts(), name));
            // A cookie may be all it takes to be somebody: its value is not repeated.
            case Condition.Cookie _ ->
                    request(
                            subject,
                            request ->
                                    lines(request.facts(), "cookie").equals(ABSENT)
                                            ? ABSENT
                                            : "cookies, not shown");
            case Condition.ContentType _ ->
                    request(subject, request -> lines(request.facts(), "content-type"));
        };
    }

    /** The URL as it was read. */
    static String text(RequestUrl url) {
        return url.scheme()
                + "://"
                + text(url.host())
                + ":"
                + url.port()
                + url.path()
                + url.query().map(query -> "?" + query).orElse("");
    }

    private static String text(RequestUrl.Host host) {
        return switch (host) {
            case RequestUrl.Host.Named(HostName name) -> name.value();
            case RequestUrl.Host.Address(InetAddress address) -> address.getHostAddress();
        };
    }

    private static Seen by(List<Condition> parts, Subject subject) {
        List<Seen> seen = parts.stream().map(part -> by(part, subject)).distinct().toList();
        return new Seen(
                seen.stream().flatMap(each -> each.fact().stream()).findFirst(),
                seen.stream().map(Seen::text).collect(Collectors.joining(", ")));
    }

    private static Seen about(Fact fact, String text) {
        return new Seen(Optional.of(fact), text);
    }

    private static Seen hello(
            ConnectionFacts facts, Fact fact, Function<HelloFacts.Peeked, String> text) {
        return switch (facts.hello()) {
            case HelloFacts.Peeked hello -> about(fact, text.apply(hello));
            // Nobody needs to know more to tell that it does not hold.
            case HelloFacts.NotPeeked _ -> new Seen(Optional.empty(), "no hello was read");
        };
    }

    private static Seen request(Subject subject, Function<Subject.Request, String> text) {
        return new Seen(Optional.empty(), subject.request().map(text).orElse("no request"));
    }

    private static String serverName(ConnectionFacts facts) {
        return facts.serverName().map(HostName::value).orElse("no server name");
    }

    private static String host(InetSocketAddress destination) {
        InetAddress address = destination.getAddress();
        return address == null ? destination.getHostString() : address.getHostAddress();
    }

    private static String lines(HttpRequestFacts facts, String name) {
        List<String> values =
                facts.headers().stream()
                        .filter(line -> line.getKey().equalsIgnoreCase(name))
                        .map(Map.Entry::getValue)
                        .map(String::strip)
                        .toList();
        return values.isEmpty() ? ABSENT : String.join(", ", values);
    }

    private static final String ABSENT = "absent";
}
