package io.overt.policy;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What became of one condition of a rule.
 *
 * @param key the key that it stands under: {@code host}, {@code alpn}, {@code header x-y}; {@code
 *     host or list} where the two stand beside each other
 * @param written what is written there, on one line, shortened
 * @param line of the key in the document, from 1; 0 for a reading of a URL, which is written
 *     nowhere
 * @param column of the key, from 1, in code points; 0 likewise
 * @param joint how the parts make the whole
 * @param about the fact that was asked for; empty where the parts ask, or a request was asked about
 * @param seen what the facts had there, in words; empty where the parts tell
 * @param held whether it held
 * @param parts the conditions that it is made of; empty for most
 */
public record Finding(
        String key,
        String written,
        int line,
        int column,
        Joint joint,
        Optional<Fact> about,
        String seen,
        boolean held,
        List<Finding> parts) {
    public Finding {
        parts = List.copyOf(parts);
    }

    /** How parts make a whole. */
    public enum Joint {
        /** Each of them has to hold. */
        ALL,
        /** One of them has to. */
        ANY,
        /** Not all of them may. */
        NOT
    }

    /** What can be said of a condition when some facts are not known. */
    public enum Standing {
        HOLDS,
        FAILS,
        OPEN;

        static Standing of(Joint joint, List<Standing> parts) {
            return switch (joint) {
                case ALL -> parts.contains(FAILS) ? FAILS : parts.contains(OPEN) ? OPEN : HOLDS;
                case ANY -> parts.contains(HOLDS) ? HOLDS : parts.contains(OPEN) ? OPEN : FAILS;
                case NOT ->
                        switch (of(Joint.ALL, parts)) {
                            case HOLDS -> FAILS;
                            case FAILS -> HOLDS;
                            case OPEN -> OPEN;
                        };
            };
        }
    }

    /** What it comes to whatever the unknown facts are; {@code OPEN} where they would decide. */
    public Standing standing(Set<Fact> unknown) {
        if (parts.isEmpty()) {
            return about.filter(unknown::contains).isPresent()
                    ? Standing.OPEN
                    : held ? Standing.HOLDS : Standing.FAILS;
        }
        return Standing.of(joint, parts.stream().map(part -> part.standing(unknown)).toList());
    }

    /** Those of the unknown facts that its standing waits for. */
    Set<Fact> waitsFor(Set<Fact> unknown) {
        EnumSet<Fact> facts = EnumSet.noneOf(Fact.class);
        if (standing(unknown) == Standing.OPEN) {
            about.filter(unknown::contains).ifPresent(facts::add);
            parts.forEach(part -> facts.addAll(part.waitsFor(unknown)));
        }
        return facts;
    }

    /** What all has to hold for it to hold, one by one. */
    Stream<Finding> demands() {
        return joint == Joint.ALL && !parts.isEmpty()
                ? parts.stream().flatMap(Finding::demands)
                : Stream.of(this);
    }
}
