package io.overt.control.web.openapi;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Messages as JSON Schema, in the form that protobuf gives them in JSON: 64-bit numbers and bytes
 * are texts, enums are names, times are RFC 3339.
 */
final class Schemas {
    private final Comments comments;
    private final Map<String, Descriptor> messages = new TreeMap<>();
    private final Map<String, EnumDescriptor> enums = new TreeMap<>();
    private final Deque<Descriptor> open = new ArrayDeque<>();
    private final Set<Descriptor> answers = new HashSet<>();

    Schemas(Comments comments) {
        this.comments = comments;
    }

    /** A reference to the schema of a message, which is then among {@link #components()}. */
    JsonObject of(Descriptor message) {
        var special = WELL_KNOWN.get(message.getFullName());
        if (special != null) {
            return text(special.format(), special.pattern());
        }
        if (messages.putIfAbsent(message.getName(), message) == null) {
            open.add(message);
        } else if (messages.get(message.getName()) != message) {
            throw new IllegalStateException(message.getFullName() + ": a name that is taken");
        }
        return reference(message.getName());
    }

    /** The same for what is answered: a later build may add fields to it. */
    JsonObject ofAnswer(Descriptor message) {
        mark(message);
        return of(message);
    }

    private void mark(Descriptor message) {
        if (answers.add(message)) {
            for (var field : message.getFields()) {
                if (field.getType() == FieldDescriptor.Type.MESSAGE) {
                    mark(field.getMessageType());
                }
            }
        }
    }

    /** Every schema that was referred to. */
    JsonObject components() {
        var made = new TreeMap<String, JsonElement>();
        while (!open.isEmpty()) {
            var message = open.remove();
            made.put(message.getName(), message(message));
        }
        enums.forEach((name, type) -> made.put(name, values(type)));
        var schemas = new JsonObject();
        made.forEach(schemas::add);
        return schemas;
    }

    private JsonObject message(Descriptor message) {
        var schema = new JsonObject();
        schema.addProperty("type", "object");
        describe(schema, message.getFullName());
        var properties = new JsonObject();
        for (var field : message.getFields()) {
            properties.add(field.getName(), property(field));
        }
        schema.add("properties", properties);
        if (!answers.contains(message)) {
            schema.addProperty("additionalProperties", false);
        }
        return schema;
    }

    /** A field with its comment. */
    JsonObject property(FieldDescriptor field) {
        var schema = new JsonObject();
        if (field.isMapField()) {
            schema.addProperty("type", "object");
            schema.add(
                    "additionalProperties",
                    single(field.getMessageType().findFieldByName("value")));
        } else if (field.isRepeated()) {
            schema.addProperty("type", "array");
            schema.add("items", single(field));
        } else {
            schema = single(field);
        }
        describe(schema, field.getFullName());
        return schema;
    }

    private JsonObject single(FieldDescriptor field) {
        return switch (field.getType()) {
            case STRING -> text("", "");
            case BYTES -> {
                var schema = text("", "");
                schema.addProperty("contentEncoding", "base64");
                yield schema;
            }
            case BOOL -> type("boolean");
            case INT32, SINT32, SFIXED32 -> number("int32", Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT32, FIXED32 -> number("int64", 0, 0xffff_ffffL);
            case INT64, SINT64, SFIXED64 -> text("int64", "^-?[0-9]{1,19}$");
            case UINT64, FIXED64 -> text("uint64", "^[0-9]{1,20}$");
            case DOUBLE, FLOAT -> type("number");
            case ENUM -> {
                enums.put(field.getEnumType().getName(), field.getEnumType());
                yield reference(field.getEnumType().getName());
            }
            case MESSAGE, GROUP -> of(field.getMessageType());
        };
    }

    private JsonObject values(EnumDescriptor type) {
        var schema = new JsonObject();
        schema.addProperty("type", "string");
        var names = new JsonArray();
        var meanings = new StringBuilder(comments.of(type.getFullName()));
        for (var value : type.getValues()) {
            names.add(value.getName());
            meanings.append("\n- `")
                    .append(value.getName())
                    .append("`: ")
                    .append(comments.of(type.getFullName() + "." + value.getName()));
        }
        schema.add("enum", names);
        schema.addProperty("description", meanings.toString());
        return schema;
    }

    /** In OpenAPI 3.1 a reference may have a description beside it. */
    private void describe(JsonObject schema, String fullName) {
        var comment = comments.of(fullName);
        if (!comment.isEmpty()) {
            schema.addProperty("description", comment);
        }
    }

    private static JsonObject reference(String name) {
        var schema = new JsonObject();
        schema.addProperty("$ref", "#/components/schemas/" + name);
        return schema;
    }

    private static JsonObject number(String format, long least, long most) {
        var schema = type("integer");
        schema.addProperty("format", format);
        schema.addProperty("minimum", least);
        schema.addProperty("maximum", most);
        return schema;
    }

    private static JsonObject text(String format, String pattern) {
        var schema = type("string");
        if (!format.isEmpty()) {
            schema.addProperty("format", format);
        }
        if (!pattern.isEmpty()) {
            schema.addProperty("pattern", pattern);
        }
        return schema;
    }

    private static JsonObject type(String name) {
        var schema = new JsonObject();
        schema.addProperty("type", name);
        return schema;
    }

    private record Special(String format, String pattern) {}

    private static final Map<String, Special> WELL_KNOWN =
            Map.of(
                    "google.protobuf.Timestamp", new Special("date-time", ""),
                    "google.protobuf.Duration",
                            new Special("", "^-?[0-9]{1,12}(\\.[0-9]{1,9})?s$"));
}
