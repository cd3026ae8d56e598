package io.overt.control.web.rest;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Message;
import io.grpc.ServerMethodDefinition;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One way into one method, from its {@code google.api.http} option. Of the option's language what
 * we use is understood, and anything else refused at the start: {@code {field}} for one segment, a
 * {@code :verb} after the last, body {@code "*"} or none.
 *
 * @param httpMethod GET, POST, PUT, PATCH or DELETE
 * @param template as the option writes it
 * @param body whether the body is the request
 * @param method its description, comments apart
 * @param definition what is called
 */
public record RestRoute(
        String httpMethod,
        String template,
        Body body,
        MethodDescriptor method,
        ServerMethodDefinition<Message, Message> definition,
        List<Part> parts,
        String verb) {

    /** Where a request's fields are. */
    public enum Body {
        /** In the path, the others in the query. */
        NONE,
        /** In the path, the others in the body. */
        WHOLE
    }

    /** One segment of a path. */
    public sealed interface Part {
        /** Stands for itself. */
        record Word(String text) implements Part {}

        /** A field of the request. */
        record Field(FieldDescriptor field) implements Part {}
    }

    /** Those of a method; none if it has no option. */
    static Stream<RestRoute> of(ServerMethodDefinition<Message, Message> definition) {
        if (!(definition.getMethodDescriptor().getSchemaDescriptor()
                instanceof ProtoMethodDescriptorSupplier supplier)) {
            throw new IllegalArgumentException(
                    definition.getMethodDescriptor().getFullMethodName()
                            + ": not made from a .proto file");
        }
        var method = supplier.getMethodDescriptor();
        if (!method.getOptions().hasExtension(AnnotationsProto.http)) {
            return Stream.empty();
        }
        var rule = method.getOptions().getExtension(AnnotationsProto.http);
        return Stream.concat(Stream.of(rule), rule.getAdditionalBindingsList().stream())
                .map(each -> of(each, method, definition));
    }

    /** The field of a message that is its entity tag, or a precondition on one. */
    public static Optional<FieldDescriptor> tag(Descriptor type) {
        return EntityTags.field(type);
    }

    private static RestRoute of(
            HttpRule rule,
            MethodDescriptor method,
            ServerMethodDefinition<Message, Message> definition) {
        var httpMethod =
                switch (rule.getPatternCase()) {
                    case GET -> "GET";
                    case PUT -> "PUT";
                    case POST -> "POST";
                    case DELETE -> "DELETE";
                    case PATCH -> "PATCH";
                    case CUSTOM, PATTERN_NOT_SET -> throw unknown(method, "the pattern", rule);
                };
        var template =
                switch (rule.getPatternCase()) {
                    case GET -> rule.getGet();
                    case PUT -> rule.getPut();
                    case POST -> rule.getPost();
                    case DELETE -> rule.getDelete();
                    case PATCH -> rule.getPatch();
                    case CUSTOM, PATTERN_NOT_SET -> throw unknown(method, "the pattern", rule);
                };
        if (!rule.getResponseBody().isEmpty() || method.isClientStreaming()) {
            throw unknown(method, "response_body, or a stream of requests", rule);
        }
        var body =
                switch (rule.getBody()) {
                    case "" -> Body.NONE;
                    case "*" -> Body.WHOLE;
                    default -> throw unknown(method, "the body", rule);
                };
        int colon = template.lastIndexOf(':');
        boolean hasVerb = colon > template.lastIndexOf('/') && colon > template.lastIndexOf('}');
        var path = hasVerb ? template.substring(0, colon) : template;
        var parts = new ArrayList<Part>();
        for (var segment : path.substring(1).split("/", -1)) {
            parts.add(
                    segment.startsWith("{")
                            ? new Part.Field(
                                    field(
                                            method.getInputType(),
                                            segment.substring(1, segment.length() - 1),
                                            template))
                            : new Part.Word(segment));
        }
        return new RestRoute(
                httpMethod,
                template,
                body,
                method,
                definition,
                List.copyOf(parts),
                hasVerb ? template.substring(colon) : "");
    }

    private static FieldDescriptor field(Descriptor request, String name, String template) {
        var field = request.findFieldByName(name);
        if (field == null
                || field.isRepeated()
                || field.getType() == FieldDescriptor.Type.MESSAGE) {
            throw new IllegalArgumentException(
                    template
                            + ": {"
                            + name
                            + "} (expected: a plain field of "
                            + request.getFullName()
                            + ")");
        }
        return field;
    }

    private static IllegalArgumentException unknown(
            MethodDescriptor method, String what, HttpRule rule) {
        return new IllegalArgumentException(
                method.getFullName()
                        + ": "
                        + what
                        + " of google.api.http is not understood: "
                        + rule);
    }

    /**
     * The fields that a path gives, if it is this route's.
     *
     * @param path percent-encoded, without a query
     */
    Optional<Map<FieldDescriptor, String>> match(String path) {
        if (!path.startsWith("/") || !path.endsWith(verb)) {
            return Optional.empty();
        }
        var segments = path.substring(1, path.length() - verb.length()).split("/", -1);
        if (segments.length != parts.size()) {
            return Optional.empty();
        }
        var fields = new LinkedHashMap<FieldDescriptor, String>();
        for (int i = 0; i < segments.length; i++) {
            switch (parts.get(i)) {
                case Part.Word(var text) -> {
                    if (!text.equals(segments[i])) {
                        return Optional.empty();
                    }
                }
                case Part.Field(var field) -> {
                    if (segments[i].isEmpty()) {
                        return Optional.empty();
                    }
                    // A plus is a plus in a path; the decoder is one of forms.
                    fields.put(
                            field,
                            URLDecoder.decode(
                                    segments[i].replace("+", "%2B"), StandardCharsets.UTF_8));
                }
            }
        }
        return Optional.of(fields);
    }
}
