package io.overt.policy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The policy language as a JSON Schema (draft 2020-12), for editors. Made from the readers' own
 * tables of keys and words, so that it knows what they know, and says of each key what the
 * reference says. It accepts whatever the compiler accepts, and by far not everything that it
 * accepts compiles: what two keys mean to each other, lists, names and addresses are the
 * compiler's.
 */
public final class PolicySchema {
    private PolicySchema() {}

    /** The schema, of maps, lists, texts, numbers and booleans. */
    public static Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Overt policy, language " + PolicyCompiler.LANGUAGE);
        schema.putAll(mapping(PolicyCompiler.KEYS, WHEN));
        Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("text", Map.of("type", SCALAR));
        parts.put("texts", oneOrMore(ref("text")));
        parts.put(WHEN, mapping(ConditionReader.CONNECTION_KEYS, WHEN));
        parts.put(WHEN_OF_A_REQUEST, mapping(ConditionReader.REQUEST_KEYS, WHEN_OF_A_REQUEST));
        schema.put("$defs", parts);
        return schema;
    }

    /**
     * @param inside which conditions a condition holds that stands in the mapping
     */
    private static Map<String, Object> mapping(Keys keys, String inside) {
        Map<String, Object> properties = new TreeMap<>();
        for (PolicyKey key : keys.all()) {
            Map<String, Object> property = new LinkedHashMap<>();
            property.put("description", key.meaning());
            property.putAll(of(key.value(), inside));
            properties.put(key.name(), property);
        }
        Map<String, Object> mapping = new LinkedHashMap<>();
        mapping.put("type", "object");
        mapping.put("properties", properties);
        mapping.put("additionalProperties", false);
        if (!keys.required().isEmpty()) {
            mapping.put("required", keys.required());
        }
        fill("minProperties", keys.fill(), mapping);
        return mapping;
    }

    private static Map<String, Object> of(Shape shape, String inside) {
        return switch (shape) {
            case Shape.Text _ -> ref("text");
            case Shape.Texts _ -> ref("texts");
            case Shape.Form(var form, _) -> pattern(form.pattern());
            case Shape.Name _ -> pattern(RuleName.FORM.pattern());
            case Shape.Prose _ -> {
                Map<String, Object> prose = new LinkedHashMap<>();
                prose.put("type", SCALAR);
                prose.put("maxLength", Limits.PROSE);
                yield prose;
            }
            case Shape.YesOrNo _ -> Map.of("enum", List.of(true, false, "true", "false"));
            case Shape.Words words -> Map.of("enum", words.known());
            case Shape.OneOrMore(var each) -> oneOrMore(of(each, inside));
            case Shape.ListOf(var each, var fill) -> array(of(each, inside), fill);
            case Shape.Mapping(var keys) -> mapping(keys, inside);
            case Shape.Chosen(var name, _, var each, var fill) -> {
                Map<String, Object> chosen = new LinkedHashMap<>();
                chosen.put("type", "object");
                name.ifPresent(form -> chosen.put("propertyNames", of(form, inside)));
                chosen.put("additionalProperties", of(each, inside));
                fill("minProperties", fill, chosen);
                yield chosen;
            }
            case Shape.Either(var shapes) ->
                    Map.of("anyOf", shapes.stream().map(each -> of(each, inside)).toList());
            case Shape.When(var about) ->
                    ref(
                            switch (about) {
                                case CONNECTIONS -> inside;
                                case REQUESTS -> WHEN_OF_A_REQUEST;
                            });
        };
    }

    private static Map<String, Object> oneOrMore(Map<String, Object> each) {
        return Map.of("anyOf", List.of(each, array(each, Shape.Fill.SOME)));
    }

    private static Map<String, Object> array(Map<String, Object> items, Shape.Fill fill) {
        Map<String, Object> array = new LinkedHashMap<>();
        array.put("type", "array");
        fill("minItems", fill, array);
        array.put("items", items);
        return array;
    }

    private static void fill(String keyword, Shape.Fill fill, Map<String, Object> schema) {
        switch (fill) {
            case SOME -> schema.put(keyword, 1);
            case ANY -> {}
        }
    }

    private static Map<String, Object> ref(String part) {
        return Map.of("$ref", "#/$defs/" + part);
    }

    // A pattern says nothing of a number: editors take 443 for one, the compiler for a text.
    private static Map<String, Object> pattern(String form) {
        Map<String, Object> pattern = new LinkedHashMap<>();
        pattern.put("type", SCALAR);
        pattern.put("pattern", "^(" + form + ")$");
        return pattern;
    }

    private static final List<String> SCALAR = List.of("string", "number", "boolean");
    private static final String WHEN = "when";
    private static final String WHEN_OF_A_REQUEST = "when-of-a-request";
}
