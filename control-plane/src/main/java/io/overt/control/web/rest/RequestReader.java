package io.overt.control.web.rest;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.linecorp.armeria.common.QueryParams;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.overt.control.web.rest.Problem.Place;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a method's request of a path's fields, a query and a body, all strictly: what is not known,
 * given twice or not of its type is refused, every place at once.
 */
final class RequestReader {

    /** A request, or what is wrong with it. */
    sealed interface Read {
        /** Whole. */
        record Whole(Message message) implements Read {}

        /** Wrong in these places. */
        record Wrong(List<Place> places) implements Read {}
    }

    /** Where the body is the request; the query must be empty. */
    static Read body(
            RestRoute route, Map<FieldDescriptor, String> path, QueryParams query, byte[] body) {
        var places = new ArrayList<Place>();
        query.names()
                .forEach(name -> places.add(new Place(name, "unknown parameter (expected: none)")));
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException _) {
            return new Read.Wrong(
                    List.of(new Place("body", "not UTF-8 (expected: JSON in UTF-8)")));
        }
        var builder = builder(route);
        try {
            JsonFormat.parser().merge(text.isBlank() ? "{}" : text, builder);
        } catch (InvalidProtocolBufferException e) {
            places.addAll(JsonPlaces.of(text, builder.getDescriptorForType(), e));
        }
        for (var entry : path.entrySet()) {
            var field = entry.getKey();
            var inBody = builder.getField(field);
            if (!inBody.equals(field.getDefaultValue())
                    && !String.valueOf(inBody).equals(entry.getValue())) {
                places.add(
                        new Place(
                                "#/" + field.getName(),
                                inBody + " (expected: as in the path, " + entry.getValue() + ")"));
            } else {
                set(builder, field, entry.getValue(), places);
            }
        }
        return places.isEmpty() ? new Read.Whole(builder.build()) : new Read.Wrong(places);
    }

    /** Where there is no body. */
    static Read query(RestRoute route, Map<FieldDescriptor, String> path, QueryParams query) {
        var places = new ArrayList<Place>();
        var builder = builder(route);
        path.forEach((field, value) -> set(builder, field, value, places));
        for (var name : query.names()) {
            parameter(builder, name, query.getAll(name), path, places);
        }
        return places.isEmpty() ? new Read.Whole(builder.build()) : new Read.Wrong(places);
    }

    /** The same with what If-Match says in the field that is for it. */
    static Read expecting(Read read, EntityTags.Precondition precondition) {
        return switch (read) {
            case Read.Wrong _ -> read;
            case Read.Whole(var message) ->
                    switch (precondition) {
                        case EntityTags.Precondition.None _ -> read;
                        case EntityTags.Precondition.Wrong(var place) ->
                                new Read.Wrong(List.of(place));
                        case EntityTags.Precondition.Is(var field, var value) -> {
                            var places = new ArrayList<Place>();
                            var builder = message.toBuilder();
                            set(builder, field, value, places);
                            if (message.hasField(field)
                                    && !message.getField(field).equals(builder.getField(field))) {
                                places.add(
                                        new Place(
                                                "if-match",
                                                value
                                                        + " (expected: as in the body, "
                                                        + message.getField(field)
                                                        + ")"));
                            }
                            yield places.isEmpty()
                                    ? new Read.Whole(builder.build())
                                    : new Read.Wrong(places);
                        }
                    };
        };
    }

    private static void parameter(
            Message.Builder builder,
            String name,
            List<String> values,
            Map<FieldDescriptor, String> path,
            List<Place> places) {
        var target = builder;
        var parts = name.split("\\.", -1);
        for (int i = 0; i < parts.length; i++) {
            var field = field(target, parts[i]);
            boolean last = i == parts.length - 1;
            if (field == null || path.containsKey(field) || field.isMapField()) {
                places.add(new Place(name, "unknown parameter"));
                return;
            }
            if (!last) {
                if (field.isRepeated() || field.getType() != FieldDescriptor.Type.MESSAGE) {
                    places.add(new Place(name, "unknown parameter"));
                    return;
                }
                target = target.getFieldBuilder(field);
            } else if (field.isRepeated()) {
                values.forEach(value -> add(name, value, builder, parts, places));
                return;
            } else if (values.size() > 1) {
                places.add(new Place(name, "given " + values.size() + " times (expected: once)"));
                return;
            } else {
                merge(target, name, single(field, values.getFirst()), places);
                return;
            }
        }
    }

    private static void add(
            String name, String value, Message.Builder root, String[] parts, List<Place> places) {
        var target = root;
        for (int i = 0; i < parts.length - 1; i++) {
            var step = field(target, parts[i]);
            if (step == null) {
                throw new IllegalStateException(name + ": was found a moment ago");
            }
            target = target.getFieldBuilder(step);
        }
        var field = field(target, parts[parts.length - 1]);
        if (field == null) {
            throw new IllegalStateException(name + ": was found a moment ago");
        }
        var json = new JsonObject();
        var array = new JsonArray();
        array.add(value);
        json.add(field.getJsonName(), array);
        // Appends: merging a repeated field is adding to it.
        merge(target, name, json.toString(), places);
    }

    private static void set(
            Message.Builder builder, FieldDescriptor field, String value, List<Place> places) {
        builder.clearField(field);
        merge(builder, field.getName(), single(field, value), places);
    }

    private static String single(FieldDescriptor field, String value) {
        var json = new JsonObject();
        json.addProperty(field.getJsonName(), value);
        return json.toString();
    }

    private static void merge(
            Message.Builder target, String name, String json, List<Place> places) {
        try {
            JsonFormat.parser().merge(json, target);
        } catch (InvalidProtocolBufferException e) {
            places.add(new Place(name, JsonPlaces.reason(e)));
        }
    }

    private static @Nullable FieldDescriptor field(Message.Builder builder, String name) {
        for (var field : builder.getDescriptorForType().getFields()) {
            if (field.getName().equals(name) || field.getJsonName().equals(name)) {
                return field;
            }
        }
        return null;
    }

    private static Message.Builder builder(RestRoute route) {
        var marshaller = route.definition().getMethodDescriptor().getRequestMarshaller();
        if (marshaller instanceof PrototypeMarshaller<Message> prototype) {
            var message = prototype.getMessagePrototype();
            if (message != null) {
                return message.newBuilderForType();
            }
        }
        throw new IllegalStateException(route.method().getFullName() + ": not a protobuf method");
    }

    private RequestReader() {}
}
