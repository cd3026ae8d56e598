package io.overt.policy;

import java.util.Optional;

/**
 * The names that one entry of a {@code host} condition or one line of a list stands for. One
 * notation everywhere: {@code a.example} is that name only, {@code *.a.example} every name below it
 * at any depth but not itself, {@code .a.example} itself and every name below it.
 */
public record HostPattern(Reach reach, HostName base) {
    /** How far a pattern reaches from its base name. */
    public enum Reach {
        /** The base name only. */
        EXACT,
        /** Every name below the base name, at any depth, but not the base name. */
        BELOW,
        /** The base name and every name below it. */
        SUFFIX
    }

    /** The pattern that {@code text} spells; empty when it spells none. */
    public static Optional<HostPattern> parse(String text) {
        return switch (read(text)) {
            case Reading.Pattern(HostPattern pattern) -> Optional.of(pattern);
            case Reading.NotAPattern _ -> Optional.empty();
        };
    }

    /**
     * Whether {@code name} is one of the names that this pattern stands for. The index answers the
     * same for many patterns at once.
     */
    public boolean matches(HostName name) {
        String text = name.value();
        String suffix = base.value();
        boolean below =
                text.length() > suffix.length()
                        && text.endsWith(suffix)
                        && text.charAt(text.length() - suffix.length() - 1) == '.';
        return switch (reach) {
            case EXACT -> text.equals(suffix);
            case BELOW -> below;
            case SUFFIX -> below || text.equals(suffix);
        };
    }

    /** The pattern as a policy writes it. */
    public String text() {
        return switch (reach) {
            case EXACT -> base.value();
            case BELOW -> "*." + base.value();
            case SUFFIX -> "." + base.value();
        };
    }

    @Override
    public String toString() {
        return text();
    }

    /** What a text is as a pattern, or in words why it is none. */
    sealed interface Reading {
        record Pattern(HostPattern pattern) implements Reading {}

        record NotAPattern(String why) implements Reading {}
    }

    static Reading read(String text) {
        Reach reach = Reach.EXACT;
        String name = text;
        if (text.startsWith("*.")) {
            reach = Reach.BELOW;
            name = text.substring(2);
        } else if (text.startsWith(".")) {
            reach = Reach.SUFFIX;
            name = text.substring(1);
        }
        if (name.indexOf('*') >= 0) {
            return new Reading.NotAPattern(
                    "a wildcard stands for whole labels at the start only (expected: name, *.name or .name)");
        }
        Reach found = reach;
        return switch (HostName.read(name)) {
            case HostName.Reading.Name(String value) ->
                    new Reading.Pattern(new HostPattern(found, new HostName(value)));
            case HostName.Reading.NotAName(String why) -> new Reading.NotAPattern(why);
        };
    }
}
