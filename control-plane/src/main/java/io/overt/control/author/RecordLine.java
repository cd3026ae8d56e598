package io.overt.control.author;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The members of one record that a decision rests on; all others are skipped unread. */
record RecordLine(Map<String, String> members, List<String> alpn) {

    /** What a line is. */
    sealed interface Reading {
        record Members(RecordLine line) implements Reading {}

        record Unreadable(String why) implements Reading {}
    }

    /** The member's text; empty where it is null or not there. */
    Optional<String> member(String name) {
        return Optional.ofNullable(members.get(name));
    }

    static Reading read(String line) {
        var members = new HashMap<String, String>();
        List<String> alpn = List.of();
        try (var json = new JsonReader(new StringReader(line))) {
            json.setStrictness(Strictness.STRICT);
            json.beginObject();
            while (json.hasNext()) {
                var name = json.nextName();
                if (name.equals(ALPN) && json.peek() == JsonToken.BEGIN_ARRAY) {
                    alpn = strings(json);
                } else if (TEXTS.contains(name) && json.peek() == JsonToken.STRING) {
                    members.put(name, json.nextString());
                } else if (TEXTS.contains(name) && json.peek() != JsonToken.NULL) {
                    return new Reading.Unreadable("`" + name + "`: no text");
                } else {
                    json.skipValue();
                }
            }
            json.endObject();
            if (json.peek() != JsonToken.END_DOCUMENT) {
                return new Reading.Unreadable("something behind the object");
            }
        } catch (MalformedJsonException | EOFException | JsonParseException e) {
            return new Reading.Unreadable("not JSON");
        } catch (IllegalStateException e) {
            // The reader's way to say that it met another kind of value.
            return new Reading.Unreadable(
                    "not a record (expected: an object as an edge writes it)");
        } catch (IOException e) {
            throw new UncheckedIOException("from a string in memory", e);
        }
        return new Reading.Members(new RecordLine(members, alpn));
    }

    private static List<String> strings(JsonReader json) throws IOException {
        var strings = new ArrayList<String>();
        json.beginArray();
        while (json.hasNext()) {
            strings.add(json.nextString());
        }
        json.endArray();
        return strings;
    }

    static final String ALPN = "alpn_offered";

    /** By their names in docs/records.md. */
    static final List<String> TEXTS =
            List.of(
                    "time",
                    "site",
                    "listener",
                    "client",
                    "user",
                    "destination",
                    "connect",
                    "server_name",
                    "ja4",
                    "hello_fault",
                    "rule",
                    "reason");
}
