package io.overt.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The entries of one mapping of the document. Making it reports every key that is unknown, written
 * twice or without a value; what is left has been looked at, so nothing that is written is ignored.
 */
final class Fields {
    private final Map<String, Yaml.Entry> entries;
    private final Set<String> written;
    private final Yaml.Position at;
    private final Problems problems;

    private Fields(
            Map<String, Yaml.Entry> entries,
            Set<String> written,
            Yaml.Position at,
            Problems problems) {
        this.entries = entries;
        this.written = written;
        this.at = at;
        this.problems = problems;
    }

    /** The fields of {@code yaml}; none, with a problem, when it is not a mapping. */
    static Fields of(Yaml yaml, String what, Set<String> known, Problems problems) {
        return of(yaml, what, known, Map.of(), problems);
    }

    /**
     * @param what how a message calls the mapping: {@code a rule}
     * @param refused keys that are known here and cannot be used, each with the reason
     */
    static Fields of(
            Yaml yaml,
            String what,
            Set<String> known,
            Map<String, String> refused,
            Problems problems) {
        Map<String, Yaml.Entry> kept = new LinkedHashMap<>();
        Map<String, Yaml.Text> written = new LinkedHashMap<>();
        Set<String> meant = new HashSet<>();
        if (!(yaml instanceof Yaml.Mapping(List<Yaml.Entry> entries, _))) {
            problems.add(yaml.at(), what + " is " + yaml.kind() + " (expected: a mapping)");
            return new Fields(Map.of(), known, yaml.at(), problems);
        }
        for (Yaml.Entry entry : entries) {
            Yaml.Text key = entry.key();
            Yaml.Text first = written.putIfAbsent(key.value(), key);
            String reason = refused.get(key.value());
            if (first != null) {
                problems.add(
                        key.at(),
                        quoted(key.value())
                                + ": written twice, first on line "
                                + first.at().line());
            } else if (reason != null) {
                problems.add(key.at(), quoted(key.value()) + ": " + reason);
            } else if (!known.contains(key.value())) {
                problems.add(
                        key.at(),
                        quoted(key.value()) + ": unknown key" + Nearest.hint(key.value(), known));
                // What is misspelt is not missed as well.
                Nearest.to(key.value(), known).ifPresent(meant::add);
            } else if (entry.value() instanceof Yaml.Empty) {
                problems.add(key.at(), quoted(key.value()) + ": has no value");
            } else {
                kept.put(key.value(), entry);
            }
        }
        meant.addAll(written.keySet());
        return new Fields(kept, Set.copyOf(meant), yaml.at(), problems);
    }

    /** Where the mapping begins. */
    Yaml.Position at() {
        return at;
    }

    /** Whether the key is written at all, be it misspelt or with a value that was refused. */
    boolean isWritten(String key) {
        return written.contains(key);
    }

    Optional<Yaml> value(String key) {
        return Optional.ofNullable(entries.get(key)).map(Yaml.Entry::value);
    }

    /** Where the key stands; where the mapping begins when there is none. */
    Yaml.Position atKey(String key) {
        Yaml.Entry entry = entries.get(key);
        return entry == null ? at : entry.key().at();
    }

    /** The condition that the key's value is, with how it is written. */
    Condition written(String key, Condition condition) {
        return new Condition.Written(
                key, value(key).map(OneLine::of).orElse(""), atKey(key), condition);
    }

    /** The key's value; a problem when the key is not written. */
    Optional<Yaml> required(String key, String expected) {
        if (!isWritten(key)) {
            problems.add(at, "`" + key + "`: missing (expected: " + expected + ")");
        }
        return value(key);
    }

    /** The key's value as one text of at most {@code longest} characters. */
    Optional<Yaml.Text> text(String key, int longest) {
        return value(key).flatMap(value -> text(value, key, longest, problems));
    }

    static Optional<Yaml.Text> text(Yaml value, String key, int longest, Problems problems) {
        if (!(value instanceof Yaml.Text text)) {
            problems.add(value.at(), "`" + key + "`: is " + value.kind() + " (expected: a text)");
            return Optional.empty();
        }
        if (text.value().isBlank()) {
            problems.add(text.at(), "`" + key + "`: is blank");
            return Optional.empty();
        }
        if (text.value().codePointCount(0, text.value().length()) > longest) {
            problems.add(text.at(), "`" + key + "`: longer than " + longest + " characters");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    /** The key's value as a list of texts; one text alone is a list of one. */
    List<Yaml.Text> texts(String key) {
        return value(key).map(value -> texts(value, key, problems)).orElse(List.of());
    }

    static List<Yaml.Text> texts(Yaml value, String key, Problems problems) {
        if (!(value instanceof Yaml.Sequence(List<Yaml> items, Yaml.Position at))) {
            return text(value, key, Limits.TEXT, problems).stream().toList();
        }
        if (items.isEmpty()) {
            problems.add(
                    at, "`" + key + "`: an empty list matches nothing (expected: at least one)");
        }
        List<Yaml.Text> texts = new ArrayList<>();
        for (Yaml item : items) {
            text(item, key, Limits.TEXT, problems).ifPresent(texts::add);
        }
        return texts;
    }

    /** A word of the document as a message shows it, shortened. */
    static String quoted(String text) {
        return text.codePointCount(0, text.length()) > LONGEST_SHOWN
                ? "`" + text.substring(0, text.offsetByCodePoints(0, LONGEST_SHOWN)) + "…`"
                : "`" + text + "`";
    }

    private static final int LONGEST_SHOWN = 80;
}
