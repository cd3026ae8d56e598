package io.overt.service.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class JsonLineTest {

    @Test
    void an_event_is_one_line_of_json_with_its_own_keys() {
        var event = event("caller {} refused", "eve");
        event.addKeyValuePair(new KeyValuePair("port", 9443));
        event.addKeyValuePair(new KeyValuePair("again", true));
        event.addKeyValuePair(new KeyValuePair("site", null));
        event.addKeyValuePair(new KeyValuePair("ratio", Double.NaN));
        event.addKeyValuePair(new KeyValuePair("level", "low"));

        assertThat(encode(event))
                .isEqualTo(
                        "{\"time\":\"2026-11-22T10:00:00.250Z\",\"level\":\"WARN\",\"logger\":\"io.overt\","
                                + "\"message\":\"caller eve refused\",\"port\":9443,\"again\":true,\"site\":null,"
                                + "\"ratio\":\"NaN\",\"_level\":\"low\"}\n");
    }

    /** A peer chooses host names and messages: none of it may end the line, or the string. */
    @Test
    void hostile_text_stays_inside_its_string() {
        assertThat(
                        encode(
                                event(
                                        "a\"b\\c\nd\re\tf\u0000g\u001b[31mh\u2028i\ud800j\ud83d\ude00{}",
                                        "\"},{")))
                .contains(
                        "\"message\":\"a\\\"b\\\\c\\nd\\re\\tf\\u0000g\\u001b[31mh\\u2028i\\ud800j\ud83d\ude00\\\"},{\"")
                .hasLineCount(1);
    }

    @Test
    void a_throwable_is_one_member_and_still_one_line() {
        var event = event("broken", null);
        event.setThrowableProxy(
                new ch.qos.logback.classic.spi.ThrowableProxy(new IllegalStateException("why")));

        assertThat(encode(event))
                .contains("\"stack\":\"java.lang.IllegalStateException: why\\n\\tat io.overt")
                .hasLineCount(1);
    }

    private static LoggingEvent event(String message, @Nullable Object argument) {
        var context = new LoggerContext();
        var event =
                new LoggingEvent(
                        "fqcn",
                        context.getLogger("io.overt"),
                        Level.WARN,
                        message,
                        null,
                        argument == null ? new Object[0] : new Object[] {argument});
        event.setInstant(Instant.parse("2026-11-22T10:00:00.250Z"));
        return event;
    }

    private static String encode(LoggingEvent event) {
        return new String(new JsonLine().encode(event), StandardCharsets.UTF_8);
    }
}
