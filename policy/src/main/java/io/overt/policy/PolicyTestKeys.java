package io.overt.policy;

import io.overt.policy.Shape.Fill;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The keys of a file of tests, which {@link PolicyTestReader} reads. */
final class PolicyTestKeys {
    private PolicyTestKeys() {}

    private static final String ADDRESS = "an address as `192.0.2.1` or `2001:db8::1`";
    private static final String HOST_NAME = "a host name as `www.example.com`";

    static final Keys HELLO =
            Keys.of(
                    "`hello` of `given`",
                    fact(
                            GivenFacts.Key.ALPN,
                            new Shape.Texts("names of protocols, as `h2`"),
                            "What it offers."),
                    fact(
                            GivenFacts.Key.ECH,
                            new Shape.YesOrNo(),
                            "Whether it carries encrypted_client_hello."),
                    fact(GivenFacts.Key.JA4, new Shape.Text("a text"), "Its JA4 fingerprint."),
                    fact(
                            GivenFacts.Key.FAULT,
                            new Shape.Words(
                                    Stream.of(HelloFault.values())
                                            .map(each -> new Shape.Word(each.key(), each.meaning()))
                                            .toList()),
                            "There is no hello, for this cause. Where it is not given, there is one."),
                    fact(
                            GivenFacts.Key.NO_SNI,
                            new Shape.YesOrNo(),
                            "Whether it has no server name."));
    static final Keys REQUEST =
            Keys.of(
                    "`request` of `given`",
                    PolicyKey.required(
                            "url",
                            new Shape.Text("a URL as `https://chat.example/path`"),
                            "What is asked for, sent as it is."),
                    PolicyKey.defaulting(
                            "method", new Shape.Text("a method as `POST`"), "GET", "The method."),
                    PolicyKey.optional(
                            "headers",
                            new Shape.Chosen(
                                    Optional.empty(),
                                    "names of headers",
                                    new Shape.Texts("values"),
                                    Fill.ANY),
                            "The header lines; cookies are one."));
    static final Keys GIVEN =
            Keys.of(
                    "`given`",
                    fact(
                            GivenFacts.Key.HOST,
                            new Shape.Text(HOST_NAME),
                            "The server name. Where it is left out, that of `request`."),
                    fact(
                            GivenFacts.Key.CONNECT,
                            new Shape.Text(HOST_NAME),
                            "The host that CONNECT named. Where it is not given, there was no CONNECT."),
                    fact(GivenFacts.Key.CLIENT, new Shape.Text(ADDRESS), "The client's address."),
                    fact(
                            GivenFacts.Key.DESTINATION,
                            new Shape.Text(ADDRESS + ", or a name that was not looked up"),
                            "Where the client connects to."),
                    fact(
                            GivenFacts.Key.PORT,
                            new Shape.Text("`1` to `65535`"),
                            "The destination's port."),
                    fact(GivenFacts.Key.SITE, new Shape.Name(), "The edge's site."),
                    fact(GivenFacts.Key.LISTENER, new Shape.Name(), "The edge's listener."),
                    fact(
                            GivenFacts.Key.USER,
                            new Shape.Text("a text"),
                            "The user. Where it is not given, there is none."),
                    fact(
                            GivenFacts.Key.TIME,
                            new Shape.Text("a time with its offset, as `2026-11-23T10:30:00Z`"),
                            "When the hello came."),
                    PolicyKey.optional(
                            "hello", new Shape.Mapping(HELLO), "The client's first message."),
                    PolicyKey.optional(
                            "request", new Shape.Mapping(REQUEST), "A request on the connection."));
    static final Keys EXPECT_REQUEST =
            Keys.some(
                    "`request` of `expect`",
                    List.of(
                            rule("The rule for requests that decides."),
                            PolicyKey.optional(
                                    "then",
                                    RuleKeys.HTTP_ACTIONS,
                                    "What is done with the request."),
                            label()));
    static final Keys EXPECT =
            Keys.some(
                    "`expect`",
                    List.of(
                            rule("The rule that decides."),
                            PolicyKey.optional(
                                    "then", RuleKeys.ACTIONS, "What is done with the connection."),
                            label(),
                            PolicyKey.optional(
                                    "on",
                                    new Shape.Chosen(
                                            Optional.empty(),
                                            "keys of a rule's `on`",
                                            new Shape.Text("the word that is expected"),
                                            Fill.ANY),
                                    "What happens on failures, stated or by default."),
                            PolicyKey.optional(
                                    "request",
                                    new Shape.Mapping(EXPECT_REQUEST),
                                    "What becomes of the request that is given.")));
    static final Keys TEST =
            Keys.of(
                    "A test",
                    PolicyKey.required(
                            "name",
                            new Shape.Prose(),
                            "What reports call it; its own in the file."),
                    PolicyKey.required(
                            "given",
                            new Shape.Mapping(GIVEN),
                            "The facts; they win over shared ones."),
                    PolicyKey.required(
                            "expect",
                            new Shape.Mapping(EXPECT),
                            "What the policy says. What is not named is not looked at."));
    static final Keys FILE =
            Keys.of(
                    "A file of tests",
                    PolicyKey.optional(
                            "given", new Shape.Mapping(GIVEN), "Facts that all tests share."),
                    PolicyKey.required(
                            "tests",
                            new Shape.ListOf(new Shape.Mapping(TEST), Fill.SOME),
                            "The tests, in order."));

    private static PolicyKey fact(GivenFacts.Key key, Shape value, String meaning) {
        return PolicyKey.optional(key.key(), value, meaning);
    }

    private static PolicyKey rule(String meaning) {
        return PolicyKey.optional(
                "rule", new Shape.Text("the name of a rule of the policy"), meaning);
    }

    private static PolicyKey label() {
        return PolicyKey.optional("label", new Shape.Prose(), "The deciding rule's label.");
    }
}
