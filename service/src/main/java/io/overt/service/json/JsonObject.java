package io.overt.service.json;

import java.util.Optional;

/**
 * Writes one JSON object (RFC 8259) on one line, member by member, in the order of the calls. Names
 * are not compared: each is written once by whoever calls. Not thread-safe.
 */
public final class JsonObject {
    private final StringBuilder text = new StringBuilder(1024);
    private boolean first = true;

    public JsonObject() {
        text.append('{');
    }

    public JsonObject member(String name, String value) {
        name(name);
        string(value);
        return this;
    }

    public JsonObject member(String name, long value) {
        name(name);
        text.append(value);
        return this;
    }

    public JsonObject member(String name, boolean value) {
        name(name);
        text.append(value);
        return this;
    }

    /** {@code null} where there is nothing, so that every line has the same members. */
    public JsonObject member(String name, Optional<String> value) {
        name(name);
        value.ifPresentOrElse(this::string, () -> text.append("null"));
        return this;
    }

    public JsonObject member(String name, JsonObject object) {
        name(name);
        text.append(object.end());
        return this;
    }

    public JsonObject nullMember(String name) {
        name(name);
        text.append("null");
        return this;
    }

    public JsonObject strings(String name, Iterable<String> values) {
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

    public JsonObject objects(String name, Iterable<JsonObject> values) {
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
    public String end() {
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
        JsonText.string(text, value);
    }
}
