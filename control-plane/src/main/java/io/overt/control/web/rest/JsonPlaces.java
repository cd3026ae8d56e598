package io.overt.control.web.rest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.overt.control.web.rest.Problem.Place;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a body that was refused is wrong. Protobuf's reader of JSON says what it does not like and
 * not where; so each part is given to it alone, until the places are found. Only asked when
 * something is wrong.
 */
final class JsonPlaces {

    /**
     * At least one place.
     *
     * @param failure what the reader said of the whole
     */
    static List<Place> of(String text, Descriptor request, InvalidProtocolBufferException failure) {
        var syntax = syntax(text);
        if (syntax.isPresent()) {
            return List.of(syntax.get());
        }
        var places = new ArrayList<Place>();
        try {
            message(com.google.gson.JsonParser.parseString(text), request, "#", places, 0);
        } catch (JsonParseException e) {
            return List.of(new Place("body", String.valueOf(e.getMessage())));
        }
        // Wrong as a whole and right in each part: two names of one field, for instance.
        return places.isEmpty() ? List.of(new Place("#", reason(failure))) : List.copyOf(places);
    }

    /** Without what it says about its own classes. */
    static String reason(InvalidProtocolBufferException failure) {
        var message = String.valueOf(failure.getMessage());
        return message.startsWith("java.") || message.startsWith("com.")
                ? message.substring(message.indexOf(' ') + 1)
                : message;
    }

    private static Optional<Place> syntax(String text) {
        try (var reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            try {
                walk(reader);
                return Optional.empty();
            } catch (MalformedJsonException e) {
                var said = String.valueOf(e.getMessage());
                var at = POSITION.matcher(said);
                return Optional.of(
                        new Place(
                                at.find()
                                        ? "line " + at.group(1) + " column " + at.group(2)
                                        : "body",
                                "no JSON after " + pointer(reader)));
            } catch (IOException e) {
                // A text that ends too early.
                return Optional.of(
                        new Place(
                                "body", "ends within " + pointer(reader) + ": " + e.getMessage()));
            }
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot fail to be closed", e);
        }
    }

    /** Token by token, so that the reader knows its path where it stops. */
    private static void walk(JsonReader reader) throws IOException {
        for (var token = reader.peek(); token != JsonToken.END_DOCUMENT; token = reader.peek()) {
            switch (token) {
                case BEGIN_ARRAY -> reader.beginArray();
                case END_ARRAY -> reader.endArray();
                case BEGIN_OBJECT -> reader.beginObject();
                case END_OBJECT -> reader.endObject();
                case NAME -> {
                    var _ = reader.nextName();
                }
                case STRING, NUMBER -> {
                    var _ = reader.nextString();
                }
                case BOOLEAN -> {
                    var _ = reader.nextBoolean();
                }
                case NULL -> reader.nextNull();
                case END_DOCUMENT -> throw new IllegalStateException("the loop ends before");
            }
        }
    }

    /** {@code $.files[0].path} is {@code #/files/0/path}. */
    private static String pointer(JsonReader reader) {
        return reader.getPath()
                .replaceFirst("^\\$", "#")
                .replace('.', '/')
                .replace('[', '/')
                .replace("]", "");
    }

    private static void message(
            JsonElement json, Descriptor type, String at, List<Place> places, int depth) {
        if (depth > MOST_DEPTH) {
            places.add(new Place(at, "deeper than " + MOST_DEPTH));
            return;
        }
        if (type.getFile().getPackage().equals("google.protobuf")) {
            alone(json, type, at, places);
            return;
        }
        if (!(json instanceof JsonObject object)) {
            places.add(new Place(at, kind(json) + " (expected: an object)"));
            return;
        }
        for (var entry : object.entrySet()) {
            if (places.size() >= MOST_PLACES) {
                return;
            }
            var here = at + "/" + entry.getKey().replace("~", "~0").replace("/", "~1");
            var field = field(type, entry.getKey());
            if (field.isEmpty()) {
                places.add(
                        new Place(
                                here,
                                "unknown field (expected one of: "
                                        + String.join(
                                                ", ",
                                                type.getFields().stream()
                                                        .map(FieldDescriptor::getName)
                                                        .toList())
                                        + ")"));
            } else if (!entry.getValue().isJsonNull()) {
                value(entry.getValue(), field.get(), here, places, depth);
            }
        }
    }

    private static void value(
            JsonElement json, FieldDescriptor field, String at, List<Place> places, int depth) {
        if (field.isMapField()) {
            single(json, field, at, places);
        } else if (field.isRepeated()) {
            if (!(json instanceof JsonArray array)) {
                places.add(new Place(at, kind(json) + " (expected: an array)"));
                return;
            }
            for (int i = 0; i < array.size() && places.size() < MOST_PLACES; i++) {
                if (field.getType() == FieldDescriptor.Type.MESSAGE) {
                    message(array.get(i), field.getMessageType(), at + "/" + i, places, depth + 1);
                } else {
                    var one = new JsonArray();
                    one.add(array.get(i));
                    single(one, field, at + "/" + i, places);
                }
            }
        } else if (field.getType() == FieldDescriptor.Type.MESSAGE) {
            message(json, field.getMessageType(), at, places, depth + 1);
        } else {
            single(json, field, at, places);
        }
    }

    private static void single(
            JsonElement json, FieldDescriptor field, String at, List<Place> places) {
        var object = new JsonObject();
        object.add(field.getJsonName(), json);
        alone(object, field.getContainingType(), at, places);
    }

    private static void alone(JsonElement json, Descriptor type, String at, List<Place> places) {
        try {
            JsonFormat.parser().merge(json.toString(), DynamicMessage.newBuilder(type));
        } catch (InvalidProtocolBufferException e) {
            places.add(new Place(at, reason(e)));
        }
    }

    private static Optional<FieldDescriptor> field(Descriptor type, String name) {
        return type.getFields().stream()
                .filter(field -> field.getName().equals(name) || field.getJsonName().equals(name))
                .findFirst();
    }

    private static String kind(JsonElement json) {
        if (json.isJsonArray()) {
            return "an array";
        }
        if (json.isJsonObject()) {
            return "an object";
        }
        return json.isJsonNull() ? "null" : "a plain value";
    }

    private static final Pattern POSITION = Pattern.compile("at line (\\d+) column (\\d+)");

    /** As deep as protobuf itself reads. */
    private static final int MOST_DEPTH = 100;

    private static final int MOST_PLACES = 50;
}
