package io.overt.policy;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the value of a key may look like, as far as it can be said apart from the rest of the
 * document: for {@link PolicySchema} and {@link PolicyReference}. The readers decide.
 */
sealed interface Shape {
    /** One text. */
    record Text(String is) implements Shape {}

    /** One text, or a list of them; at least one. */
    record Texts(String is) implements Shape {}

    /** One text of a form. */
    record Form(Pattern form, String is) implements Shape {}

    /** A name: see {@link RuleName}. */
    record Name() implements Shape {}

    /** Words for people, of at most {@link Limits#PROSE} characters. */
    record Prose() implements Shape {}

    /** {@code true} or {@code false}. */
    record YesOrNo() implements Shape {}

    /** One word of a closed vocabulary. */
    record Words(List<Word> words) implements Shape {
        public Words {
            words = List.copyOf(words);
        }

        List<String> known() {
            return words.stream().map(Word::word).toList();
        }
    }

    /** One of these, or a list of them; at least one. */
    record OneOrMore(Shape each) implements Shape {}

    /** A list of these. */
    record ListOf(Shape each, Fill fill) implements Shape {}

    /** A mapping of these keys. */
    record Mapping(Keys keys) implements Shape {}

    /**
     * A mapping whose keys the document chooses.
     *
     * @param name of each; empty: any text
     * @param is what the keys are
     */
    record Chosen(Optional<Shape> name, String is, Shape each, Fill fill) implements Shape {}

    /** Any one of these. */
    record Either(List<Shape> shapes) implements Shape {
        public Either {
            shapes = List.copyOf(shapes);
        }
    }

    /** A condition, which may hold others. */
    record When(ConditionReader.About about) implements Shape {}

    /** Whether a list or a mapping may have nothing in it. */
    enum Fill {
        SOME,
        ANY
    }

    /**
     * A word of a closed vocabulary.
     *
     * @param word as a document writes it
     * @param meaning a phrase, for people
     */
    record Word(String word, String meaning) {}
}
