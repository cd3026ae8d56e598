package io.overt.policy;

/**
 * A key of a mapping of the language.
 *
 * @param name as a document writes it
 * @param value what may stand behind it
 * @param unstated what holds where it is not written
 * @param since the version of the language that first had it
 * @param meaning one sentence, or more, for people
 */
record PolicyKey(String name, Shape value, Unstated unstated, int since, String meaning) {
    /** It has to be written. */
    static PolicyKey required(String name, Shape value, String meaning) {
        return new PolicyKey(name, value, new Unstated.Problem(), 1, meaning);
    }

    /** Nothing is said where it is not written. */
    static PolicyKey optional(String name, Shape value, String meaning) {
        return new PolicyKey(name, value, new Unstated.Nothing(), 1, meaning);
    }

    /**
     * Something holds where it is not written.
     *
     * @param value the same as if this were written
     */
    static PolicyKey defaulting(String name, Shape shape, String value, String meaning) {
        return new PolicyKey(name, shape, new Unstated.Value(value), 1, meaning);
    }

    PolicyKey since(int version) {
        return new PolicyKey(name, value, unstated, version, meaning);
    }

    /** What holds where a key is not written. */
    sealed interface Unstated {
        /** The document does not compile. */
        record Problem() implements Unstated {}

        /** Nothing. */
        record Nothing() implements Unstated {}

        /** What the key would say with this value. */
        record Value(String value) implements Unstated {}
    }
}
