package io.overt.policy;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads {@code on}: what a rule says about failures. */
final class OutcomesReader {
    private OutcomesReader() {}

    static Outcomes read(Yaml value, Problems problems) {
        if (value instanceof Yaml.Mapping(var entries, var at) && entries.isEmpty()) {
            problems.add(at, "`on`: is empty (expected: a failure and what to do, or no `on`)");
        }
        Fields fields = Fields.of(value, "`on`", KEYS.names(), problems);
        Map<Failure, FailureAction> stated = new EnumMap<>(Failure.class);
        for (Failure failure : STATED) {
            fields.text(failure.key(), Limits.TEXT)
                    .flatMap(text -> action(failure, text, problems))
                    .ifPresent(action -> stated.put(failure, action));
        }
        return Outcomes.stating(
                stated,
                fields.value(Failure.CLIENT_REFUSED.key())
                        .flatMap(pinned -> pinned(pinned, problems)));
    }

    static Optional<FailureAction> action(Failure failure, Yaml.Text text, Problems problems) {
        Optional<FailureAction> action =
                Stream.of(FailureAction.values())
                        .filter(known -> known.key().equals(text.value()))
                        .findFirst();
        if (action.filter(failure.allowed()::contains).isPresent()) {
            return action;
        }
        String why =
                action.map(
                                known ->
                                        ": is for "
                                                + Arrays.stream(Failure.values())
                                                        .filter(f -> f.allowed().contains(known))
                                                        .map(f -> "`" + f.key() + "`")
                                                        .collect(Collectors.joining(" and "))
                                                + " only")
                        .orElse("");
        problems.add(
                text.at(),
                "`"
                        + failure.key()
                        + "`: "
                        + Fields.quoted(text.value())
                        + why
                        + expected(failure.allowed()));
        return Optional.empty();
    }

    private static String expected(List<FailureAction> allowed) {
        List<String> keys = allowed.stream().map(FailureAction::key).toList();
        return " (expected: "
                + String.join(", ", keys.subList(0, keys.size() - 1))
                + " or "
                + keys.getLast()
                + ")";
    }

    private static Optional<Pinned> pinned(Yaml value, Problems problems) {
        if (value instanceof Yaml.Text(String word, _) && word.equals(FailureAction.BLOCK.key())) {
            // What is the case without the key, for those who want it in writing.
            return Optional.empty();
        }
        if (!(value instanceof Yaml.Mapping)) {
            problems.add(
                    value.at(),
                    "`pinned`: is "
                            + value.kind()
                            + " (expected: { after: 3, ttl: 12h, then: splice }, or block)");
            return Optional.empty();
        }
        Fields fields = Fields.of(value, "`pinned`", PINNED_KEYS.names(), problems);
        fields.required("after", "a number of refusals, as 3");
        fields.required("ttl", "how long, as 12h");
        fields.required("then", "splice or block");
        Optional<Integer> after =
                fields.text("after", Limits.TEXT).flatMap(text -> count("after", text, problems));
        Optional<Yaml.Text> statedClients = fields.text("clients", Limits.TEXT);
        Optional<Integer> clients =
                statedClients.isEmpty()
                        ? Optional.of(Pinned.DEFAULT_CLIENTS)
                        : statedClients.flatMap(text -> count("clients", text, problems));
        Optional<Duration> ttl =
                fields.text("ttl", Limits.TEXT).flatMap(text -> ttl(text, problems));
        Optional<FailureAction> then =
                fields.text("then", Limits.TEXT).flatMap(text -> pinnedThen(text, problems));
        if (after.isEmpty() || ttl.isEmpty() || then.isEmpty() || clients.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Pinned(after.get(), ttl.get(), then.get(), clients.get()));
    }

    private static Optional<FailureAction> pinnedThen(Yaml.Text text, Problems problems) {
        List<FailureAction> allowed = Failure.CLIENT_REFUSED.allowed();
        Optional<FailureAction> action =
                allowed.stream().filter(known -> known.key().equals(text.value())).findFirst();
        if (action.isEmpty()) {
            problems.add(text.at(), "`then`: " + Fields.quoted(text.value()) + expected(allowed));
        }
        return action;
    }

    private static Optional<Integer> count(String key, Yaml.Text text, Problems problems) {
        if (!COUNT.matcher(text.value()).matches()) {
            problems.add(
                    text.at(),
                    "`" + key + "`: " + Fields.quoted(text.value()) + " (expected: 1 to 99999)");
            return Optional.empty();
        }
        return Optional.of(Integer.parseInt(text.value()));
    }

    private static Optional<Duration> ttl(Yaml.Text text, Problems problems) {
        Matcher duration = DURATION.matcher(text.value());
        if (duration.matches()) {
            long number = Long.parseLong(duration.group(1));
            Duration ttl =
                    switch (duration.group(2)) {
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofDays(number);
                    };
            if (ttl.compareTo(LONGEST_TTL) <= 0) {
                return Optional.of(ttl);
            }
        }
        problems.add(
                text.at(),
                "`ttl`: "
                        + Fields.quoted(text.value())
                        + " (expected: 1s to 365d, as a number and s, m, h or d)");
        return Optional.empty();
    }

    private static final List<Failure> STATED =
            Arrays.stream(Failure.values())
                    .filter(f -> f != Failure.NOT_MIRRORABLE && f != Failure.CLIENT_REFUSED)
                    .toList();
    private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,4}");
    static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,8})([smhd])");

    // An exclusion is a hole in the policy that a client asked for; one that outlives a year is a
    // rule, and wants to be written.
    private static final Duration LONGEST_TTL = Duration.ofDays(365);

    static final Keys PINNED_KEYS =
            Keys.of(
                    "`pinned`",
                    PolicyKey.required(
                            "after",
                            new Shape.Form(COUNT, "`1` to `99999`"),
                            "So many refusals by one client for one host exclude the host for that client."),
                    PolicyKey.required(
                            "ttl",
                            new Shape.Form(
                                    DURATION, "`1s` to `365d`: a number and `s`, `m`, `h` or `d`"),
                            "How long the exclusion lasts, from the last refusal."),
                    PolicyKey.required(
                            "then",
                            words(Failure.CLIENT_REFUSED.allowed()),
                            "What happens to connections meanwhile."),
                    PolicyKey.defaulting(
                            "clients",
                            new Shape.Form(COUNT, "`1` to `99999`"),
                            Integer.toString(Pinned.DEFAULT_CLIENTS),
                            "So many clients with an exclusion of their own exclude the host for every"
                                    + " client."));
    static final Keys KEYS =
            Keys.some(
                    "`on`",
                    Stream.concat(
                                    STATED.stream()
                                            .map(failure -> key(failure, words(failure.allowed()))),
                                    Stream.of(
                                            key(
                                                    Failure.CLIENT_REFUSED,
                                                    new Shape.Either(
                                                            List.of(
                                                                    words(
                                                                            List.of(
                                                                                    FailureAction
                                                                                            .BLOCK)),
                                                                    new Shape.Mapping(
                                                                            PINNED_KEYS))))))
                            .toList());

    private static PolicyKey key(Failure failure, Shape value) {
        String meaning = failure.meaning();
        return PolicyKey.defaulting(
                failure.key(),
                value,
                failure.unstated().key(),
                meaning.substring(0, 1).toUpperCase(Locale.ROOT) + meaning.substring(1) + ".");
    }

    private static Shape words(List<FailureAction> allowed) {
        return new Shape.Words(
                allowed.stream().map(each -> new Shape.Word(each.key(), each.meaning())).toList());
    }
}
