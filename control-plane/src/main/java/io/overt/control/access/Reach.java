package io.overt.control.access;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** How far a role reaches. */
public sealed interface Reach {

    /** Every site, and what is of no site. */
    record Fleet() implements Reach {
        @Override
        public String toString() {
            return "the whole fleet";
        }
    }

    /** These sites. */
    record Sites(Set<String> names) implements Reach {
        public Sites {
            if (names.isEmpty()) {
                throw new IllegalArgumentException("sites: none (expected: at least one)");
            }
            names = Set.copyOf(names);
        }

        @Override
        public String toString() {
            return "of sites " + String.join(", ", new TreeSet<>(names));
        }
    }

    /** Whether it covers all of these; none named means all there are. */
    default boolean covers(Collection<String> sites) {
        return switch (this) {
            case Fleet _ -> true;
            case Sites(var names) -> !sites.isEmpty() && names.containsAll(sites);
        };
    }

    /** Whether it covers this one. */
    default boolean covers(String site) {
        return covers(Set.of(site));
    }

    /** What both cover together. */
    default Reach with(Reach other) {
        return switch (this) {
            case Fleet _ -> this;
            case Sites(var mine) ->
                    switch (other) {
                        case Fleet _ -> other;
                        case Sites(var theirs) -> {
                            var both = new TreeSet<>(mine);
                            both.addAll(theirs);
                            yield new Sites(both);
                        }
                    };
        };
    }
}
