package io.overt.policy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads {@code hello}. Its keys must all hold; all but {@code fault} need a hello that was read.
 */
final class HelloConditions {
    private HelloConditions() {}

    static Condition read(Yaml value, Problems problems) {
        if (value instanceof Yaml.Mapping(var entries, var at) && entries.isEmpty()) {
            problems.add(at, "`hello`: is empty (expected: a condition)");
        }
        Fields fields = Fields.of(value, "`hello`", KEYS.names(), problems);
        if (!(value instanceof Yaml.Mapping)) {
            return new Condition.Always();
        }
        List<Condition> parts = new ArrayList<>();
        yesOrNo(fields, "no-sni", Condition.NoServerName::new, problems)
                .map(part -> fields.written("no-sni", part))
                .ifPresent(parts::add);
        yesOrNo(fields, "sni-mismatch", Condition.ServerNameMismatch::new, problems)
                .map(part -> fields.written("sni-mismatch", part))
                .ifPresent(parts::add);
        yesOrNo(
                        fields,
                        "ech",
                        offered -> new Condition.EncryptedHello(offered ? Ech.OFFERED : Ech.ABSENT),
                        problems)
                .map(part -> fields.written("ech", part))
                .ifPresent(parts::add);
        if (fields.isWritten("alpn")) {
            parts.add(fields.written("alpn", new Condition.Alpn(values(fields.texts("alpn")))));
        }
        if (fields.isWritten("ja4")) {
            parts.add(fields.written("ja4", new Condition.Ja4(fingerprints(fields, problems))));
        }
        if (fields.isWritten("fault")) {
            parts.add(fields.written("fault", new Condition.Fault(faults(fields, problems))));
            KEYS.names().stream()
                    .sorted()
                    .filter(key -> !key.equals("fault") && fields.isWritten(key))
                    .forEach(
                            key ->
                                    problems.add(
                                            fields.atKey(key),
                                            "`"
                                                    + key
                                                    + "`: never true beside `fault`, which is about hellos that were"
                                                    + " not read"));
        }
        return new Condition.All(List.copyOf(parts));
    }

    private static Optional<Condition> yesOrNo(
            Fields fields, String key, Function<Boolean, Condition> condition, Problems problems) {
        return fields.text(key, Limits.TEXT)
                .flatMap(
                        text -> {
                            if (!text.value().equals("true") && !text.value().equals("false")) {
                                problems.add(
                                        text.at(),
                                        "`"
                                                + key
                                                + "`: "
                                                + Fields.quoted(text.value())
                                                + " (expected: true or false)");
                                return Optional.empty();
                            }
                            return Optional.of(condition.apply(text.value().equals("true")));
                        });
    }

    private static Set<String> fingerprints(Fields fields, Problems problems) {
        Set<String> fingerprints = new LinkedHashSet<>();
        for (Yaml.Text text : fields.texts("ja4")) {
            if (JA4.matcher(text.value()).matches()) {
                fingerprints.add(text.value());
            } else {
                problems.add(
                        text.at(),
                        "`ja4`: "
                                + Fields.quoted(text.value())
                                + " (expected: a fingerprint as t13d1516h2_8daaf6152771_e5627efa2ab1)");
            }
        }
        return Set.copyOf(fingerprints);
    }

    private static Set<HelloFault> faults(Fields fields, Problems problems) {
        Set<HelloFault> faults = EnumSet.noneOf(HelloFault.class);
        for (Yaml.Text text : fields.texts("fault")) {
            Optional<HelloFault> fault =
                    Stream.of(HelloFault.values())
                            .filter(known -> known.key().equals(text.value()))
                            .findFirst();
            fault.ifPresent(faults::add);
            if (fault.isEmpty()) {
                problems.add(
                        text.at(),
                        "`fault`: "
                                + Fields.quoted(text.value())
                                + Nearest.hint(
                                        text.value(),
                                        Stream.of(HelloFault.values())
                                                .map(HelloFault::key)
                                                .toList()));
            }
        }
        return faults;
    }

    private static Set<String> values(List<Yaml.Text> texts) {
        return texts.stream().map(Yaml.Text::value).collect(Collectors.toUnmodifiableSet());
    }

    // JA4 technical details, "ja4_a_b_c": transport, version, SNI, counts, first ALPN; two
    // truncated SHA-256.
    private static final Pattern JA4 =
            Pattern.compile(
                    "[tqd][0-9sd][0-9][di][0-9]{4}[0-9A-Za-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}");

    static final Keys KEYS =
            Keys.some(
                    "`hello`",
                    List.of(
                            PolicyKey.optional(
                                    "no-sni",
                                    new Shape.YesOrNo(),
                                    "The hello has no server name; with `false`, it has one."),
                            PolicyKey.optional(
                                    "sni-mismatch",
                                    new Shape.YesOrNo(),
                                    "The client asked the proxy for one host (CONNECT) and the server for another;"
                                            + " with `false`, both for the same. Neither when one of the two is"
                                            + " missing."),
                            PolicyKey.optional(
                                    "ech",
                                    new Shape.YesOrNo(),
                                    "The hello carries encrypted_client_hello, real or GREASE, so that the server"
                                            + " name may be a public front; with `false`, it does not."),
                            PolicyKey.optional(
                                    "alpn",
                                    new Shape.Texts("names of protocols, as `h2`"),
                                    "The client offers one of these protocols."),
                            PolicyKey.optional(
                                    "ja4",
                                    new Shape.Texts(
                                            "fingerprints as `t13d1516h2_8daaf6152771_e5627efa2ab1`"),
                                    "The hello's JA4 fingerprint is one of these."),
                            PolicyKey.optional(
                                    "fault",
                                    new Shape.OneOrMore(
                                            new Shape.Words(
                                                    Stream.of(HelloFault.values())
                                                            .map(
                                                                    each ->
                                                                            new Shape.Word(
                                                                                    each.key(),
                                                                                    each.meaning()))
                                                            .toList())),
                                    "There is no hello, for one of these causes. Not beside another key of"
                                            + " `hello`.")));
}
