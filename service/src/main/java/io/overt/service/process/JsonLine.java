package io.overt.service.process;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.overt.service.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

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

    private static void member(StringBuilder line, String key, @Nullable Object value) {
        line.append(',');
        JsonText.append(line, key);
        line.append(':');
        // An event's values are flat: what is not a number or a flag is told by its text.
        JsonText.append(
                line,
                value instanceof Number || value instanceof Boolean || value == null
                        ? value
                        : value.toString());
    }

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'");
    private static final byte[] NOTHING = {};
}
