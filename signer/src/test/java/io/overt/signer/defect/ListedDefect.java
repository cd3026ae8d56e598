package io.overt.signer.defect;

import io.overt.x509.Recipe;
import io.overt.x509.lint.LintRule;
import java.util.function.UnaryOperator;

/**
 * One defect.
 *
 * @param name its clause, and what it is
 * @param made of a good TBS
 * @param mirror who notices in a leaf of {@code MIRROR}
 * @param strict who notices in one of {@code STRICT}
 */
public record ListedDefect(
        String name, UnaryOperator<byte[]> made, Noticed mirror, Noticed strict) {

    /** Who notices it in a leaf of this recipe. */
    public Noticed noticed(Recipe recipe) {
        return switch (recipe) {
            case MIRROR -> mirror;
            case STRICT -> strict;
        };
    }

    /** Who notices a defect that derivation let through. */
    public sealed interface Noticed {
        /** The linter does. */
        record ByRule(LintRule rule) implements Noticed {}

        /**
         * Only the comparison of what was sent with what the evidence yields.
         *
         * @param reason why no rule can know
         */
        record ByComparison(String reason) implements Noticed {}
    }

    interface Change {
        TbsEdit of(TbsEdit good);
    }

    static ListedDefect raw(String name, UnaryOperator<byte[]> made, LintRule rule) {
        return of(name, made, new Noticed.ByRule(rule), new Noticed.ByRule(rule));
    }

    static ListedDefect defect(String name, Change change, LintRule rule) {
        return raw(name, tbs -> change.of(TbsEdit.of(tbs)).resealed(), rule);
    }

    /** One that {@code MIRROR} keeps where an upstream has it. */
    static ListedDefect keptByMirror(String name, Change change, LintRule strict, String reason) {
        return of(
                name,
                tbs -> change.of(TbsEdit.of(tbs)).resealed(),
                new Noticed.ByComparison(reason),
                new Noticed.ByRule(strict));
    }

    static ListedDefect byRecipe(String name, Change change, LintRule mirror, LintRule strict) {
        return of(
                name,
                tbs -> change.of(TbsEdit.of(tbs)).resealed(),
                new Noticed.ByRule(mirror),
                new Noticed.ByRule(strict));
    }

    static ListedDefect onlyCompared(String name, Change change, String reason) {
        return of(
                name,
                tbs -> change.of(TbsEdit.of(tbs)).resealed(),
                new Noticed.ByComparison(reason),
                new Noticed.ByComparison(reason));
    }

    private static ListedDefect of(
            String name, UnaryOperator<byte[]> made, Noticed mirror, Noticed strict) {
        return new ListedDefect(name, made, mirror, strict);
    }

    @Override
    public String toString() {
        return name;
    }
}
