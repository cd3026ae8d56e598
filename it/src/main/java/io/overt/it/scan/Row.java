package io.overt.it.scan;

import java.util.List;

/**
 * A line of the table.
 *
 * @param edge its answer
 * @param references theirs, in the leg's order
 */
record Row(Leg leg, Trait trait, String edge, List<String> references) {
    Row {
        references = List.copyOf(references);
        if (references.size() != leg.references().size()) {
            throw new IllegalArgumentException(
                    "%d references (expected: %s)".formatted(references.size(), leg.references()));
        }
    }

    Verdict verdict() {
        return Verdict.of(references.stream().map(each -> trait.wish().judge(edge, each)).toList());
    }
}
