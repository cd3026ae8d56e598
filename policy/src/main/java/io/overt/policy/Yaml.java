package io.overt.policy;

import java.util.List;

/**
 * A document as a tree in which everything knows where it stands. Scalars are texts: what they mean
 * is up to whoever reads them.
 */
sealed interface Yaml {
    Position at();

    /** What a message calls it. */
    String kind();

    /**
     * @param line from 1
     * @param column from 1, in code points
     */
    record Position(int line, int column) {
        static final Position START = new Position(1, 1);
    }

    record Text(String value, Position at) implements Yaml {
        @Override
        public String kind() {
            return "a text";
        }
    }

    /** A key or dash with nothing behind it, or a plain {@code null} or {@code ~}. */
    record Empty(Position at) implements Yaml {
        @Override
        public String kind() {
            return "empty";
        }
    }

    record Sequence(List<Yaml> items, Position at) implements Yaml {
        @Override
        public String kind() {
            return "a list";
        }
    }

    record Mapping(List<Entry> entries, Position at) implements Yaml {
        @Override
        public String kind() {
            return "a mapping";
        }
    }

    record Entry(Text key, Yaml value) {}
}
