package io.overt.service.json;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes values as JSON on one line. Maps and iterables nest; numbers and booleans stay what they
 * are; all else is its text.
 */
public final class JsonText {

    /** The value alone. */
    public static String of(@Nullable Object value) {
        var text = new StringBuilder();
        append(text, value);
        return text.toString();
    }

    /** Appends the value. */
    public static void append(StringBuilder text, @Nullable Object value) {
        switch (value) {
            case null -> text.append("null");
            case Boolean flag -> text.append(flag);
            // JSON has no NaN and no infinity.
            case Double number when !Double.isFinite(number) -> string(text, number.toString());
            case Float number when !Float.isFinite(number) -> string(text, number.toString());
            case Number number -> text.append(number);
            case Map<?, ?> map -> object(text, map);
            case Iterable<?> items -> array(text, items);
            default -> string(text, value.toString());
        }
    }

    private static void object(StringBuilder text, Map<?, ?> map) {
        text.append('{');
        var comma = "";
        for (var entry : map.entrySet()) {
            text.append(comma);
            string(text, String.valueOf(entry.getKey()));
            text.append(':');
            append(text, entry.getValue());
            comma = ",";
        }
        text.append('}');
    }

    private static void array(StringBuilder text, Iterable<?> items) {
        text.append('[');
        var comma = "";
        for (var item : items) {
            text.append(comma);
            append(text, item);
            comma = ",";
        }
        text.append(']');
    }

    static void string(StringBuilder text, String content) {
        text.append('"');
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    // Control characters by RFC 8259 §7; U+2028/9 and lone surrogates because
                    // readers break lines or fail.
                    if (c < 0x20
                            || c == 0x7f
                            || c == '\u2028'
                            || c == '\u2029'
                            || loneSurrogate(content, i)) {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private static boolean loneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c)
                && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    private JsonText() {}
}
