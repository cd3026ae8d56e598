package io.overt.edge.record;

/** Writes one JSON object (RFC 8259), member by member. Not thread-safe. */
final class Json {
    private final StringBuilder text = new StringBuilder(1024);
    private boolean first = true;

    Json() {
        text.append('{');
    }

    Json member(String name, String value) {
        name(name);
        string(value);
        return this;
    }

    Json member(String name, long value) {
        name(name);
        text.append(value);
        return this;
    }

    Json member(String name, boolean value) {
        name(name);
        text.append(value);
        return this;
    }

    /** {@code null} where there is nothing, so that every line has the same members. */
    Json member(String name, java.util.Optional<String> value) {
        name(name);
        value.ifPresentOrElse(this::string, () -> text.append("null"));
        return this;
    }

    Json member(String name, Json object) {
        name(name);
        text.append(object.end());
        return this;
    }

    Json nullMember(String name) {
        name(name);
        text.append("null");
        return this;
    }

    Json strings(String name, Iterable<String> values) {
        name(name);
        text.append('[');
        var separator = "";
        for (var value : values) {
            text.append(separator);
            string(value);
            separator = ",";
        }
        text.append(']');
        return this;
    }

    Json objects(String name, Iterable<Json> values) {
        name(name);
        text.append('[');
        var separator = "";
        for (var value : values) {
            text.append(separator).append(value.end());
            separator = ",";
        }
        text.append(']');
        return this;
    }

    /** The object. */
    String end() {
        return text.append('}').toString();
    }

    private void name(String name) {
        if (!first) {
            text.append(',');
        }
        first = false;
        string(name);
        text.append(':');
    }

    private void string(String value) {
        text.append('"');
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    // Everything that is not plain: control characters by §7, the two line ends
                    // that some readers split at, and halves of surrogate pairs.
                    if (c < 0x20
                            || c == 0x7f
                            || c == '\u2028'
                            || c == '\u2029'
                            || isHalf(value, i)) {
                        text.append("\\u%04x".formatted((int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private static boolean isHalf(String value, int at) {
        var c = value.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == value.length() || !Character.isLowSurrogate(value.charAt(at + 1));
        }
        return Character.isLowSurrogate(c)
                && (at == 0 || !Character.isHighSurrogate(value.charAt(at - 1)));
    }
}
