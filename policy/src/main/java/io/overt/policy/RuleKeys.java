package io.overt.policy;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The keys and words of a rule, which {@link RuleReader} reads. */
final class RuleKeys {
    private RuleKeys() {}

    /** More than certificates come with would refuse them all. */
    static final Pattern SCTS = Pattern.compile("[0-8]");

    static final Shape.Words ACTIONS =
            new Shape.Words(
                    List.of(
                            new Shape.Word(
                                    "inspect",
                                    "the server is verified, its certificate mirrored, and what is said is read"),
                            new Shape.Word(
                                    "splice", "the connection is passed on untouched and unread"),
                            new Shape.Word("block", "the client is told no")));
    static final Shape.Words HTTP_ACTIONS =
            new Shape.Words(
                    List.of(
                            new Shape.Word(
                                    "block",
                                    "the client gets 403 and a page with the rule's `label`; the server sees nothing"),
                            new Shape.Word("pass", "the request goes on as it is")));
    private static final PolicyKey NAME =
            PolicyKey.required(
                    "name",
                    new Shape.Name(),
                    "What logs, metrics, records and block pages call the rule; its own in the whole document.");
    private static final PolicyKey BECAUSE =
            PolicyKey.optional(
                    "because",
                    new Shape.Prose(),
                    "The reason in plain words, for those who are inspected and those who ask.");
    static final Keys KEYS =
            Keys.of(
                    "A rule",
                    NAME,
                    PolicyKey.defaulting(
                            "when",
                            new Shape.When(ConditionReader.About.CONNECTIONS),
                            "every connection",
                            "Which connections it is for. The last rule, and no other, is without."),
                    PolicyKey.required("then", ACTIONS, "What is done with them."),
                    PolicyKey.optional(
                            "on",
                            new Shape.Mapping(OutcomesReader.KEYS),
                            "With `then: inspect`: what happens when that cannot be done. What is not named has"
                                    + " its default."),
                    PolicyKey.defaulting(
                            "revocation",
                            new Shape.Words(
                                    Stream.of(Revocation.values())
                                            .map(each -> new Shape.Word(each.key(), each.meaning()))
                                            .toList()),
                            Revocation.unstated().key(),
                            "With `then: inspect`: how much is asked about revoked certificates."),
                    PolicyKey.defaulting(
                            "scts",
                            new Shape.Form(SCTS, "`0` to `8`"),
                            "0",
                            "With `then: inspect`: how many certificate logs must have promised to show the"
                                    + " server's certificate; from 2 on, of two operators at least."),
                    PolicyKey.optional(
                            "label",
                            new Shape.Prose(),
                            "With `then: block` or `inspect`: what the user of a blocked connection reads."),
                    BECAUSE);
    static final Keys HTTP_KEYS =
            Keys.of(
                    "A rule for requests",
                    NAME,
                    PolicyKey.defaulting(
                            "when",
                            new Shape.When(ConditionReader.About.REQUESTS),
                            "every request",
                            "Which requests it is for. A rule without is the last one."),
                    PolicyKey.required("then", HTTP_ACTIONS, "What is done with them."),
                    PolicyKey.optional(
                            "label",
                            new Shape.Prose(),
                            "With `then: block`: what the page says, in the place of \"This page is blocked\"."),
                    BECAUSE);

    /** What the language is going to have of a rule for requests, and nothing yet honours. */
    static final Set<String> HTTP_NOT_YET =
            Set.of("append", "set", "remove", "tag", "log", "notice");
}
