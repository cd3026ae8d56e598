package io.overt.service.process;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Writes a log event as one line of JSON (RFC 8259): {@code time} (RFC 3339, UTC, milliseconds),
 * {@code level}, {@code logger}, {@code message}, then the event's own keys, then {@code stack}.
 * Numbers and booleans stay what they are, anything else is a string. A key of an event that is one
 * of ours gets an underscore in front.
 */
public final class JsonLine extends EncoderBase<ILoggingEvent> {

    @Override
    public byte[] encode(ILoggingEvent event) {
        var line = new StringBuilder(256);
        line.append("{\"time\":\"")
                .append(TIME.format(event.getInstant().atOffset(ZoneOffset.UTC)))
                .append('"');
        member(line, "level", event.getLevel().toString());
        member(line, "logger", event.getLoggerName());
        member(line, "message", event.getFormattedMessage());
        if (event.getKeyValuePairs() != null) {
            for (var pair : event.getKeyValuePairs()) {
                member(line, ownKey(pair.key), pair.value);
            }
        }
        if (event.getThrowableProxy() != null) {
            member(line, "stack", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return line.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    private static String ownKey(String key) {
        return switch (key) {
            case "time", "level", "logger", "message", "stack" -> "_" + key;
            default -> key;
        };
    }

    private static void member(
            StringBuilder line, String key, @org.jspecify.annotations.Nullable Object value) {
        line.append(',');
        string(line, key);
        line.append(':');
        switch (value) {
            case null -> line.append("null");
            case Boolean flag -> line.append(flag);
            case Double number when !Double.isFinite(number) -> string(line, number.toString());
            case Number number -> line.append(number);
            default -> string(line, value.toString());
        }
    }

    private static void string(StringBuilder line, String text) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> line.append("\\\"");
                case '\\' -> line.append("\\\\");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    // Control characters by RFC 8259 §7; U+2028/9 and lone surrogates because
                    // readers break lines or fail.
                    if (c < 0x20
                            || c == 0x7f
                            || c == '\u2028'
                            || c == '\u2029'
                            || loneSurrogate(text, i)) {
                        line.append(String.format("\\u%04x", (int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        line.append('"');
    }

    private static boolean loneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c)
                && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'");
    private static final byte[] NOTHING = {};
}
