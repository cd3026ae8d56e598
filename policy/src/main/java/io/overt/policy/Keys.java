package io.overt.policy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The keys of one mapping of the language: what its reader knows, and what the schema and the
 * reference say. Immutable.
 */
final class Keys {
    private final String title;
    private final Shape.Fill fill;
    private final List<PolicyKey> keys;
    private final Set<String> names;

    private Keys(String title, Shape.Fill fill, List<PolicyKey> keys) {
        this.title = title;
        this.fill = fill;
        this.keys = List.copyOf(keys);
        this.names = Set.copyOf(new LinkedHashSet<>(keys.stream().map(PolicyKey::name).toList()));
        if (names.size() != keys.size()) {
            throw new IllegalStateException(title + ": two keys of one name");
        }
    }

    /**
     * @param title what the reference calls the mapping
     */
    static Keys of(String title, PolicyKey... keys) {
        return new Keys(title, Shape.Fill.ANY, List.of(keys));
    }

    /** The same, of which at least one has to be written. */
    static Keys some(String title, List<PolicyKey> keys) {
        return new Keys(title, Shape.Fill.SOME, keys);
    }

    /** These, and more. */
    Keys and(String newTitle, Keys more) {
        return new Keys(newTitle, fill, Stream.concat(keys.stream(), more.keys.stream()).toList());
    }

    String title() {
        return title;
    }

    Shape.Fill fill() {
        return fill;
    }

    /** In the order in which people are told of them. */
    List<PolicyKey> all() {
        return keys;
    }

    Set<String> names() {
        return names;
    }

    /** The names of those that have to be written, in order. */
    List<String> required() {
        List<String> required = new ArrayList<>();
        for (PolicyKey key : keys) {
            if (key.unstated() instanceof PolicyKey.Unstated.Problem) {
                required.add(key.name());
            }
        }
        return required;
    }
}
