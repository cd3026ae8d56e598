package io.overt.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The policy language as a JSON Schema (draft 2020-12), for editors. Made from the readers' own
 * tables of keys and words, so that it knows what they know: a key without an entry here fails the
 * build. It accepts whatever the compiler accepts, and by far not everything that it accepts
 * compiles: what two keys mean to each other, lists, names and addresses are the compiler's.
 */
public final class PolicySchema {
    private PolicySchema() {}

    /** The schema, of maps, lists, texts, numbers and booleans. */
    public static Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Overt policy, language " + PolicyCompiler.LANGUAGE);
        schema.putAll(
                mapping(PolicyCompiler.KEYS, List.of("policy", "rules"), PolicySchema::document));
        Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("text", Map.of("type", SCALAR));
        parts.put("texts", Map.of("anyOf", List.of(ref("text"), array(ref("text")))));
        parts.put("when", when(ConditionReader.CONNECTION_KEYS, "when"));
        Set<String> ofRequests = new TreeSet<>(ConditionReader.CONNECTION_KEYS);
        ofRequests.addAll(RequestConditions.KEYS);
        parts.put("when-of-a-request", when(ofRequests, "when-of-a-request"));
        schema.put("$defs", parts);
        return schema;
    }

    private static Map<String, Object> document(String key) {
        return switch (key) {
            case "policy" -> name();
            case "rules" ->
                    array(mapping(RuleReader.KEYS, List.of("name", "then"), PolicySchema::rule));
            case "http" ->
                    ordered(
                            "type",
                            "array",
                            "items",
                            mapping(
                                    RuleReader.HTTP_KEYS,
                                    List.of("name", "then"),
                                    PolicySchema::httpRule));
            case "lists" ->
                    ordered(
                            "type",
                            "object",
                            "propertyNames",
                            name(),
                            "additionalProperties",
                            list());
            default -> throw unknown(key);
        };
    }

    private static Map<String, Object> list() {
        Set<String> ofFetched = new TreeSet<>(ListSourceReader.OF_FETCHED);
        ofFetched.addAll(List.of("url", "format"));
        return Map.of(
                "anyOf",
                List.of(
                        mapping(Set.of("file", "format"), List.of("file"), PolicySchema::ofList),
                        mapping(ofFetched, List.of("url"), PolicySchema::ofList)));
    }

    private static Map<String, Object> ofList(String key) {
        return switch (key) {
            case "file", "url" -> ref("text");
            case "format" -> words(ListFormat.words());
            case "every" -> pattern(OutcomesReader.DURATION.pattern());
            case "sha256" -> pattern(ListSourceReader.SHA256.pattern());
            case "signature" ->
                    mapping(
                            ListSourceReader.SIGNATURE_KEYS,
                            List.of("key", "url"),
                            _ -> ref("text"));
            case "max-size" -> pattern(ListSourceReader.SIZE.pattern());
            case "may-shrink" -> pattern(ListSourceReader.PERCENT.pattern());
            case "on-failure" -> words(List.of("keep"));
            case "public-suffixes" -> words(ListSourceReader.SUFFIX_WORDS);
            default -> throw unknown(key);
        };
    }

    private static Map<String, Object> rule(String key) {
        return switch (key) {
            case "name" -> name();
            case "when" -> ref("when");
            case "then" -> words(RuleReader.ACTIONS);
            case "on" -> some(mapping(OutcomesReader.KEYS, List.of(), PolicySchema::outcome));
            case "revocation" ->
                    words(Stream.of(Revocation.values()).map(Revocation::key).toList());
            case "scts" -> pattern(RuleReader.SCTS.pattern());
            case "label", "because" -> prose();
            default -> throw unknown(key);
        };
    }

    private static Map<String, Object> httpRule(String key) {
        return switch (key) {
            case "name" -> name();
            case "when" -> ref("when-of-a-request");
            case "then" -> words(RuleReader.HTTP_ACTIONS);
            case "label", "because" -> prose();
            default -> throw unknown(key);
        };
    }

    private static Map<String, Object> outcome(String key) {
        Failure failure =
                Stream.of(Failure.values())
                        .filter(known -> known.key().equals(key) && known != Failure.NOT_MIRRORABLE)
                        .findFirst()
                        .orElseThrow(() -> unknown(key));
        return failure == Failure.CLIENT_REFUSED
                ? Map.of(
                        "anyOf",
                        List.of(
                                words(List.of(FailureAction.BLOCK.key())),
                                mapping(
                                        OutcomesReader.PINNED_KEYS,
                                        List.of("after", "ttl", "then"),
                                        PolicySchema::pinned)))
                : words(failure.allowed().stream().map(FailureAction::key).toList());
    }

    private static Map<String, Object> pinned(String key) {
        return switch (key) {
            case "after", "clients" -> pattern(OutcomesReader.COUNT.pattern());
            case "ttl" -> pattern(OutcomesReader.DURATION.pattern());
            case "then" ->
                    words(
                            Failure.CLIENT_REFUSED.allowed().stream()
                                    .map(FailureAction::key)
                                    .toList());
            default -> throw unknown(key);
        };
    }

    private static Map<String, Object> when(Set<String> keys, String self) {
        return some(mapping(keys, List.of(), key -> condition(key, self)));
    }

    private static Map<String, Object> condition(String key, String self) {
        return switch (key) {
            case "host", "list", "client", "destination", "port", "user", "url", "method" ->
                    ref("texts");
            case "content-type" -> ref("texts");
            case "site", "listener" -> Map.of("anyOf", List.of(name(), array(name())));
            case "time" -> {
                Map<String, Object> window =
                        mapping(
                                TimeConditions.KEYS,
                                List.of("zone"),
                                part -> ref(part.equals("days") ? "texts" : "text"));
                yield Map.of("anyOf", List.of(window, array(window)));
            }
            case "hello" -> some(mapping(HelloConditions.KEYS, List.of(), PolicySchema::hello));
            case "header", "cookie" ->
                    some(ordered("type", "object", "additionalProperties", ref("texts")));
            case "any", "all" -> array(ref(self));
            case "not" -> ref(self);
            default -> throw unknown(key);
        };
    }

    private static Map<String, Object> hello(String key) {
        return switch (key) {
            case "no-sni", "sni-mismatch", "ech" ->
                    Map.of("enum", List.of(true, false, "true", "false"));
            case "alpn", "ja4" -> ref("texts");
            case "fault" -> {
                Map<String, Object> faults =
                        words(Stream.of(HelloFault.values()).map(HelloFault::key).toList());
                yield Map.of("anyOf", List.of(faults, array(faults)));
            }
            default -> throw unknown(key);
        };
    }

    private static Map<String, Object> mapping(
            Set<String> keys, List<String> required, Function<String, Map<String, Object>> of) {
        Map<String, Object> properties = new LinkedHashMap<>();
        new TreeSet<>(keys).forEach(key -> properties.put(key, of.apply(key)));
        Map<String, Object> mapping = new LinkedHashMap<>();
        mapping.put("type", "object");
        mapping.put("properties", properties);
        mapping.put("additionalProperties", false);
        if (!required.isEmpty()) {
            mapping.put("required", required);
        }
        return mapping;
    }

    private static Map<String, Object> some(Map<String, Object> mapping) {
        Map<String, Object> some = new LinkedHashMap<>(mapping);
        some.put("minProperties", 1);
        return some;
    }

    private static Map<String, Object> array(Map<String, Object> items) {
        Map<String, Object> array = new LinkedHashMap<>();
        array.put("type", "array");
        array.put("minItems", 1);
        array.put("items", items);
        return array;
    }

    /**
     * In this order: the schema is kept in a file, and Map.of has another order in each process.
     */
    private static Map<String, Object> ordered(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    private static Map<String, Object> ref(String part) {
        return Map.of("$ref", "#/$defs/" + part);
    }

    private static Map<String, Object> name() {
        return pattern(RuleName.FORM.pattern());
    }

    private static Map<String, Object> prose() {
        Map<String, Object> prose = new LinkedHashMap<>();
        prose.put("type", SCALAR);
        prose.put("maxLength", Limits.PROSE);
        return prose;
    }

    // A pattern says nothing of a number: editors take 443 for one, the compiler for a text.
    private static Map<String, Object> pattern(String form) {
        Map<String, Object> pattern = new LinkedHashMap<>();
        pattern.put("type", SCALAR);
        pattern.put("pattern", "^(" + form + ")$");
        return pattern;
    }

    private static Map<String, Object> words(List<String> words) {
        return Map.of("enum", new ArrayList<>(words));
    }

    private static IllegalStateException unknown(String key) {
        return new IllegalStateException("no schema for key " + key);
    }

    private static final List<String> SCALAR = List.of("string", "number", "boolean");
}
