package io.overt.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads {@code when}. Keys beside each other must all hold, the items of one key are alternatives;
 * {@code host} and {@code list} beside each other are one key in two spellings, the host being in
 * any of what both name. A condition with a problem becomes one that is never tested, since a
 * document with a problem becomes no policy.
 */
final class ConditionReader {
    private final About about;
    private final Lists lists;
    private final HostSets sets;

    /** What the rules are about. */
    enum About {
        CONNECTIONS,
        REQUESTS
    }

    ConditionReader(About about, Lists lists, HostSets sets) {
        this.about = about;
        this.lists = lists;
        this.sets = sets;
    }

    Condition read(Yaml when, Problems problems) {
        return read(when, "`when`", problems);
    }

    private Condition read(Yaml yaml, String what, Problems problems) {
        Set<String> known = new LinkedHashSet<>(CONNECTION_KEYS.names());
        Map<String, String> refused = new LinkedHashMap<>(NOT_YET);
        switch (about) {
            case CONNECTIONS ->
                    RequestConditions.KEYS
                            .names()
                            .forEach(
                                    key ->
                                            refused.put(
                                                    key,
                                                    "is known of a request only (expected: under `http`)"));
            case REQUESTS -> {
                known.addAll(RequestConditions.KEYS.names());
                refused.putAll(RequestConditions.NOT_YET);
            }
        }
        if (yaml instanceof Yaml.Mapping(var entries, var at) && entries.isEmpty()) {
            problems.add(
                    at,
                    what + ": is empty (expected: a condition, or no `when` to match everything)");
            return new Condition.Always();
        }
        Fields fields = Fields.of(yaml, what, known, refused, problems);
        List<Condition> parts = new ArrayList<>();
        hosts(fields, problems).ifPresent(parts::add);
        networks(fields, "client", problems)
                .map(networks -> fields.written("client", new Condition.Client(networks)))
                .ifPresent(parts::add);
        networks(fields, "destination", problems)
                .map(networks -> fields.written("destination", new Condition.Destination(networks)))
                .ifPresent(parts::add);
        fields.value("port")
                .map(value -> fields.written("port", ports(value, problems)))
                .ifPresent(parts::add);
        names(fields, "site", problems)
                .map(names -> fields.written("site", new Condition.Site(names)))
                .ifPresent(parts::add);
        names(fields, "listener", problems)
                .map(names -> fields.written("listener", new Condition.Listener(names)))
                .ifPresent(parts::add);
        users(fields)
                .map(names -> fields.written("user", new Condition.User(names)))
                .ifPresent(parts::add);
        fields.value("time")
                .map(value -> fields.written("time", TimeConditions.read(value, problems)))
                .ifPresent(parts::add);
        fields.value("hello")
                .map(value -> fields.written("hello", HelloConditions.read(value, problems)))
                .ifPresent(parts::add);
        switch (about) {
            case CONNECTIONS -> {}
            case REQUESTS -> parts.addAll(RequestConditions.read(fields, problems));
        }
        several(fields, "any", Condition.Any::new, problems)
                .map(any -> fields.written("any", any))
                .ifPresent(parts::add);
        several(fields, "all", Condition.All::new, problems)
                .map(all -> fields.written("all", all))
                .ifPresent(parts::add);
        fields.value("not")
                .map(
                        value ->
                                fields.written(
                                        "not", new Condition.Not(read(value, "`not`", problems))))
                .ifPresent(parts::add);
        return parts.size() == 1 ? parts.getFirst() : new Condition.All(List.copyOf(parts));
    }

    private Optional<Condition> several(
            Fields fields,
            String key,
            Function<List<Condition>, Condition> join,
            Problems problems) {
        return fields.value(key)
                .map(
                        value -> {
                            if (!(value instanceof Yaml.Sequence(List<Yaml> items, var at))) {
                                problems.add(
                                        value.at(),
                                        "`"
                                                + key
                                                + "`: is "
                                                + value.kind()
                                                + " (expected: a list of conditions)");
                                return join.apply(List.of());
                            }
                            if (items.isEmpty()) {
                                problems.add(
                                        at,
                                        "`"
                                                + key
                                                + "`: is empty (expected: at least one condition)");
                            }
                            return join.apply(
                                    items.stream().map(item -> item(item, key, problems)).toList());
                        });
    }

    // Several keys beside each other are what `all` would make of them, and are shown as that.
    private Condition item(Yaml item, String key, Problems problems) {
        Condition condition = read(item, "an item of `" + key + "`", problems);
        return condition instanceof Condition.All
                ? new Condition.Written("all", OneLine.of(item), item.at(), condition)
                : condition;
    }

    private Optional<Condition> hosts(Fields fields, Problems problems) {
        List<Integer> found = new ArrayList<>();
        List<HostPattern> patterns = new ArrayList<>();
        for (Yaml.Text text : fields.texts("host")) {
            switch (HostPattern.read(text.value())) {
                case HostPattern.Reading.Pattern(HostPattern pattern) -> {
                    warnOfTopLevel(pattern, text, problems);
                    patterns.add(pattern);
                }
                case HostPattern.Reading.NotAPattern(String why) ->
                        problems.add(
                                text.at(), "`host`: " + Fields.quoted(text.value()) + ": " + why);
            }
        }
        if (!patterns.isEmpty()) {
            found.add(sets.of(patterns));
        }
        for (Yaml.Text name : fields.texts("list")) {
            lists.use(name, problems).ifPresent(found::add);
        }
        return fields.isWritten("host") || fields.isWritten("list")
                ? Optional.of(written(fields, new Condition.InHostSets(List.copyOf(found))))
                : Optional.empty();
    }

    private static Condition written(Fields fields, Condition hosts) {
        if (!fields.isWritten("host")) {
            return fields.written("list", hosts);
        }
        if (!fields.isWritten("list")) {
            return fields.written("host", hosts);
        }
        return new Condition.Written(
                "host or list",
                Stream.of("host", "list")
                        .flatMap(key -> fields.value(key).stream())
                        .map(OneLine::of)
                        .collect(Collectors.joining(" or ")),
                fields.atKey("host"),
                hosts);
    }

    private static void warnOfTopLevel(HostPattern pattern, Yaml.Text text, Problems problems) {
        if (pattern.reach() != HostPattern.Reach.EXACT && pattern.base().value().indexOf('.') < 0) {
            problems.warn(
                    text.at(),
                    "`host`: "
                            + Fields.quoted(text.value())
                            + " is every host of a top-level domain");
        }
    }

    private static Optional<List<Cidr>> networks(Fields fields, String key, Problems problems) {
        List<Cidr> networks = new ArrayList<>();
        for (Yaml.Text text : fields.texts(key)) {
            switch (Cidr.read(text.value())) {
                case Cidr.Reading.Network(Cidr cidr) -> networks.add(cidr);
                case Cidr.Reading.NotANetwork(String why) ->
                        problems.add(
                                text.at(),
                                "`" + key + "`: " + Fields.quoted(text.value()) + ": " + why);
            }
        }
        return fields.isWritten(key) ? Optional.of(List.copyOf(networks)) : Optional.empty();
    }

    private static Condition ports(Yaml value, Problems problems) {
        List<PortRange> ranges = new ArrayList<>();
        for (Yaml.Text text : Fields.texts(value, "port", problems)) {
            int dash = text.value().indexOf('-');
            String first = dash < 0 ? text.value() : text.value().substring(0, dash).strip();
            String last = dash < 0 ? first : text.value().substring(dash + 1).strip();
            Optional<Integer> from = PortRange.port(first);
            Optional<Integer> to = PortRange.port(last);
            if (from.isEmpty() || to.isEmpty()) {
                problems.add(
                        text.at(),
                        "`port`: "
                                + Fields.quoted(text.value())
                                + " (expected: 1 to 65535, or a range as 8000-8099)");
            } else if (from.get() > to.get()) {
                problems.add(
                        text.at(),
                        "`port`: "
                                + Fields.quoted(text.value())
                                + ": the range ends before it begins");
            } else {
                ranges.add(new PortRange(from.get(), to.get()));
            }
        }
        return new Condition.Port(List.copyOf(ranges));
    }

    // Names of our own configuration, which have this form there: another one can only be a
    // mistake.
    private static Optional<Set<String>> names(Fields fields, String key, Problems problems) {
        Set<String> names = new LinkedHashSet<>();
        for (Yaml.Text text : fields.texts(key)) {
            if (RuleName.isValid(text.value())) {
                names.add(text.value());
            } else {
                problems.add(
                        text.at(),
                        "`"
                                + key
                                + "`: "
                                + Fields.quoted(text.value())
                                + " (expected: "
                                + RuleName.EXPECTED
                                + ")");
            }
        }
        return fields.isWritten(key) ? Optional.of(Set.copyOf(names)) : Optional.empty();
    }

    private static Optional<Set<String>> users(Fields fields) {
        Set<String> users = new LinkedHashSet<>();
        fields.texts("user").forEach(text -> users.add(text.value()));
        return fields.isWritten("user") ? Optional.of(Set.copyOf(users)) : Optional.empty();
    }

    static final Keys CONNECTION_KEYS =
            Keys.some(
                    "A condition",
                    List.of(
                            PolicyKey.optional(
                                    "host",
                                    new Shape.Texts(
                                            "`a.example` (that name), `*.a.example` (every name below), `.a.example` (both)"),
                                    "The server name is one of these. Beside `list` the two are one condition: the"
                                            + " name is in any of what both name."),
                            PolicyKey.optional(
                                    "list",
                                    new Shape.Texts("names of `lists`"),
                                    "The server name is in one of these lists."),
                            PolicyKey.optional(
                                    "client",
                                    new Shape.Texts(
                                            "`10.0.0.0/8`, `2001:db8::/32`, or one address"),
                                    "The client's address is in one of these networks."),
                            PolicyKey.optional(
                                    "destination",
                                    new Shape.Texts(
                                            "`10.0.0.0/8`, `2001:db8::/32`, or one address"),
                                    "The address that the client connects to is in one of these networks; a name"
                                            + " that is not looked up yet is in none."),
                            PolicyKey.optional(
                                    "port",
                                    new Shape.Texts("`1` to `65535`, or a range as `8000-8099`"),
                                    "The destination's port is one of these."),
                            PolicyKey.optional(
                                    "site",
                                    new Shape.OneOrMore(new Shape.Name()),
                                    "The edge belongs to one of these sites."),
                            PolicyKey.optional(
                                    "listener",
                                    new Shape.OneOrMore(new Shape.Name()),
                                    "The connection came in by one of these listeners of the edge."),
                            PolicyKey.optional(
                                    "user",
                                    new Shape.Texts("names of users"),
                                    "The user is one of these, as the proxy authenticated them; case matters."),
                            PolicyKey.optional(
                                    "time",
                                    new Shape.OneOrMore(new Shape.Mapping(TimeConditions.KEYS)),
                                    "The clock shows one of these hours."),
                            PolicyKey.optional(
                                    "hello",
                                    new Shape.Mapping(HelloConditions.KEYS),
                                    "The client's first message is like this."),
                            PolicyKey.optional(
                                    "any",
                                    new Shape.ListOf(
                                            new Shape.When(About.CONNECTIONS), Shape.Fill.SOME),
                                    "At least one of these conditions holds."),
                            PolicyKey.optional(
                                    "all",
                                    new Shape.ListOf(
                                            new Shape.When(About.CONNECTIONS), Shape.Fill.SOME),
                                    "Each of these conditions holds."),
                            PolicyKey.optional(
                                    "not",
                                    new Shape.When(About.CONNECTIONS),
                                    "This condition does not hold.")));

    /** Inside of these, {@code any}, {@code all} and {@code not} are about requests as well. */
    static final Keys REQUEST_KEYS =
            CONNECTION_KEYS.and(RequestConditions.KEYS.title(), RequestConditions.KEYS);

    static final Map<String, String> NOT_YET =
            Map.of(
                    "certificate",
                    "not available yet: rules are decided before the upstream has shown its"
                            + " certificate");
}
