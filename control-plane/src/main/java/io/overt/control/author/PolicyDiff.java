package io.overt.control.author;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What differs between two policies, for people who review: rules by their names, lists by their
 * entries, and the document's lines. Both have compiled once; one that does not read as YAML has
 * lines alone. Pure.
 */
public record PolicyDiff(
        List<RuleChange> rules, List<String> settings, List<ListChange> lists, List<String> lines) {

    /** What became of a rule. */
    public enum Kind {
        ADDED,
        REMOVED,
        /** Its words are the same, and it stands elsewhere among those that both have. */
        MOVED,
        CHANGED
    }

    /**
     * A rule that differs.
     *
     * @param section "rules" or "http"
     * @param detail which keys, or between which places
     */
    public record RuleChange(String section, String rule, Kind kind, String detail) {}

    /** A list file that differs; counts are of entries. */
    public record ListChange(String file, long before, long after, long added, long removed) {}

    public PolicyDiff {
        rules = List.copyOf(rules);
        settings = List.copyOf(settings);
        lists = List.copyOf(lists);
        lines = List.copyOf(lines);
    }

    /** Whether nothing differs. */
    public boolean same() {
        return rules.isEmpty() && settings.isEmpty() && lists.isEmpty() && lines.isEmpty();
    }

    /**
     * Compares.
     *
     * @param document the path of the document among the files
     */
    public static PolicyDiff of(
            Map<String, byte[]> before, Map<String, byte[]> after, String document) {
        var was = text(before.get(document));
        var is = text(after.get(document));
        var rules = new ArrayList<RuleChange>();
        var settings = new ArrayList<String>();
        var oldRoot = yaml(was);
        var newRoot = yaml(is);
        for (var section : List.of("rules", "http")) {
            rules.addAll(
                    ruleChanges(section, named(oldRoot.get(section)), named(newRoot.get(section))));
        }
        var keys = new LinkedHashSet<>(oldRoot.keySet());
        keys.addAll(newRoot.keySet());
        keys.removeAll(Set.of("rules", "http"));
        keys.stream()
                .filter(key -> !Objects.equals(oldRoot.get(key), newRoot.get(key)))
                .forEach(settings::add);
        return new PolicyDiff(
                rules,
                settings,
                lists(before, after, document),
                LineDiff.unified(was.lines().toList(), is.lines().toList()));
    }

    private static List<RuleChange> ruleChanges(
            String section,
            Map<String, Map<String, Object>> before,
            Map<String, Map<String, Object>> after) {
        var changes = new ArrayList<RuleChange>();
        before.keySet().stream()
                .filter(name -> !after.containsKey(name))
                .forEach(name -> changes.add(new RuleChange(section, name, Kind.REMOVED, "")));
        var common = after.keySet().stream().filter(before::containsKey).toList();
        var stayed =
                LineDiff.common(
                        before.keySet().stream().filter(after::containsKey).toList(), common);
        for (var name : after.keySet()) {
            var old = before.get(name);
            if (old == null) {
                changes.add(new RuleChange(section, name, Kind.ADDED, place(after, name)));
                continue;
            }
            var now = Objects.requireNonNull(after.get(name));
            if (!old.equals(now)) {
                changes.add(
                        new RuleChange(
                                section, name, Kind.CHANGED, String.join(", ", keys(old, now))));
            }
            if (!stayed.contains(name)) {
                changes.add(new RuleChange(section, name, Kind.MOVED, place(after, name)));
            }
        }
        return changes;
    }

    private static String place(Map<String, ?> rules, String name) {
        var order = List.copyOf(rules.keySet());
        int index = order.indexOf(name);
        return index == 0 ? "first" : "after " + order.get(index - 1);
    }

    private static List<String> keys(Map<String, Object> one, Map<String, Object> other) {
        var keys = new LinkedHashSet<>(one.keySet());
        keys.addAll(other.keySet());
        return keys.stream().filter(key -> !Objects.equals(one.get(key), other.get(key))).toList();
    }

    private static List<ListChange> lists(
            Map<String, byte[]> before, Map<String, byte[]> after, String document) {
        var files = new LinkedHashSet<>(before.keySet());
        files.addAll(after.keySet());
        files.remove(document);
        var changes = new ArrayList<ListChange>();
        for (var file : files) {
            var was = before.get(file);
            var is = after.get(file);
            if (Arrays.equals(was, is)) {
                continue;
            }
            var old = entries(was);
            var now = entries(is);
            long added = now.stream().filter(entry -> !old.contains(entry)).count();
            long removed = old.stream().filter(entry -> !now.contains(entry)).count();
            changes.add(new ListChange(file, old.size(), now.size(), added, removed));
        }
        return changes;
    }

    private static Set<String> entries(byte @Nullable [] list) {
        var entries = new LinkedHashSet<String>();
        text(list)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .forEach(entries::add);
        return entries;
    }

    private static Map<String, Map<String, Object>> named(@Nullable Object section) {
        var rules = new LinkedHashMap<String, Map<String, Object>>();
        if (section instanceof List<?> list) {
            for (var each : list) {
                if (each instanceof Map<?, ?> rule && rule.get("name") instanceof String name) {
                    rules.put(name, strings(rule));
                }
            }
        }
        return rules;
    }

    private static Map<String, Object> yaml(String document) {
        try {
            var root =
                    new Load(LoadSettings.builder().setMaxAliasesForCollections(0).build())
                            .loadFromString(document);
            return root instanceof Map<?, ?> map ? strings(map) : Map.of();
        } catch (YamlEngineException _) {
            return Map.of();
        }
    }

    private static Map<String, Object> strings(Map<?, ?> map) {
        var strings = new LinkedHashMap<String, Object>();
        map.forEach(
                (key, value) ->
                        strings.put(
                                String.valueOf(key),
                                Optional.<Object>ofNullable(value).orElse("")));
        return strings;
    }

    private static String text(byte @Nullable [] content) {
        return content == null ? "" : new String(content, StandardCharsets.UTF_8);
    }
}
