package io.overt.control.web.openapi;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.overt.control.web.rest.ProblemType;
import io.overt.control.web.rest.RestRoute;
import io.overt.control.web.rest.RestRoutes;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The OpenAPI 3.1 document of some routes. There is no second definition of anything: paths come
 * from {@code google.api.http}, schemas from the messages, words from the comments.
 */
public final class OpenApi {
    private final RestRoutes routes;
    private final Comments comments = Comments.shipped();
    private final Schemas schemas = new Schemas(comments);

    /** Of these. */
    public OpenApi(RestRoutes routes) {
        this.routes = routes;
    }

    /** The document, indented, its parts in an order that only changes with them. */
    public String json() {
        return new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(document())
                + "\n";
    }

    /** The document. */
    public JsonObject document() {
        var info = new JsonObject();
        info.addProperty("title", "Overt control plane");
        info.addProperty("version", "1");
        info.addProperty("description", DESCRIPTION);
        var document = new JsonObject();
        document.addProperty("openapi", "3.1.0");
        document.add("info", info);
        document.add("servers", list(object("url", "/")));
        document.add("security", list(scheme("certificate"), scheme("bearer")));
        document.add("tags", tags());
        document.add("paths", paths());
        document.add("components", components());
        return document;
    }

    private JsonArray tags() {
        var byName = new TreeMap<String, JsonObject>();
        for (var route : routes.all()) {
            var service = route.method().getService();
            var tag = object("name", service.getName());
            tag.addProperty("description", comments.of(service.getFullName()));
            byName.put(service.getName(), tag);
        }
        return list(byName.values().toArray(JsonObject[]::new));
    }

    private JsonObject paths() {
        var byPath = new TreeMap<String, JsonObject>();
        for (var route : routes.all()) {
            byPath.computeIfAbsent(route.template(), _ -> new JsonObject())
                    .add(route.httpMethod().toLowerCase(Locale.ROOT), operation(route));
        }
        var paths = new JsonObject();
        byPath.forEach(paths::add);
        return paths;
    }

    private JsonObject operation(RestRoute route) {
        var method = route.method();
        var comment = comments.of(method.getFullName());
        var operation = new JsonObject();
        operation.addProperty(
                "operationId",
                method.getName().substring(0, 1).toLowerCase(Locale.ROOT)
                        + method.getName().substring(1));
        var tags = new JsonArray();
        tags.add(method.getService().getName());
        operation.add("tags", tags);
        operation.addProperty("summary", comment.split("[.:;](?: |$)", 2)[0]);
        operation.addProperty("description", comment);
        operation.addProperty("x-grpc-method", method.getFullName());
        var parameters = parameters(route);
        if (!parameters.isEmpty()) {
            operation.add("parameters", parameters);
        }
        if (route.body() == RestRoute.Body.WHOLE) {
            var body = new JsonObject();
            body.addProperty("required", true);
            body.add("content", content("application/json", schemas.of(method.getInputType())));
            operation.add("requestBody", body);
        }
        operation.add("responses", responses(route));
        return operation;
    }

    private JsonArray parameters(RestRoute route) {
        var parameters = new JsonArray();
        var inPath =
                route.parts().stream()
                        .filter(RestRoute.Part.Field.class::isInstance)
                        .map(part -> ((RestRoute.Part.Field) part).field())
                        .toList();
        for (var field : inPath) {
            parameters.add(parameter("path", field.getName(), field));
        }
        if (route.body() == RestRoute.Body.NONE) {
            for (var field : route.method().getInputType().getFields()) {
                if (!inPath.contains(field) && field.getType() != FieldDescriptor.Type.MESSAGE) {
                    parameters.add(parameter("query", field.getName(), field));
                }
            }
        }
        if (!route.method().isServerStreaming() && route.httpMethod().equals("GET")) {
            parameters.add(reference("parameters", "IfNoneMatch"));
        }
        if (!route.httpMethod().equals("GET")) {
            parameters.add(reference("parameters", "IdempotencyKey"));
            if (RestRoute.tag(route.method().getInputType()).isPresent()) {
                parameters.add(reference("parameters", "IfMatch"));
            }
        }
        return parameters;
    }

    private JsonObject parameter(String where, String name, FieldDescriptor field) {
        var parameter = object("name", name);
        parameter.addProperty("in", where);
        if (where.equals("path")) {
            parameter.addProperty("required", true);
        }
        var schema = schemas.property(field);
        Optional.ofNullable(schema.remove("description"))
                .ifPresent(text -> parameter.add("description", text));
        parameter.add("schema", schema);
        return parameter;
    }

    private JsonObject responses(RestRoute route) {
        var schema = schemas.ofAnswer(route.method().getOutputType());
        var ok = object("description", comments.of(route.method().getOutputType().getFullName()));
        var responses = new JsonObject();
        responses.add("200", ok);
        if (route.method().isServerStreaming()) {
            var content = content("application/x-ndjson", schema);
            content.add("text/event-stream", object("schema", type("string")));
            ok.add("content", content);
        } else {
            ok.add("content", content("application/json", schema));
            if (route.httpMethod().equals("GET")) {
                var headers = new JsonObject();
                headers.add("ETag", reference("headers", "ETag"));
                ok.add("headers", headers);
                responses.add(
                        "304", object("description", "What If-None-Match names is the newest."));
            }
        }
        responses.add("default", reference("responses", "Problem"));
        return responses;
    }

    private JsonObject components() {
        var components = new JsonObject();
        var all = schemas.components();
        all.add("Problem", problem());
        components.add("schemas", all);
        var responses = new JsonObject();
        var failed = object("description", "It failed; the type says how.");
        failed.add(
                "content",
                content(
                        "application/problem+json",
                        object("$ref", "#/components/schemas/Problem")));
        responses.add("Problem", failed);
        components.add("responses", responses);
        components.add("parameters", headerParameters());
        var headers = new JsonObject();
        var tag = object("description", "Names what was read, for If-None-Match and If-Match.");
        tag.add("schema", type("string"));
        headers.add("ETag", tag);
        components.add("headers", headers);
        components.add("securitySchemes", securitySchemes());
        return components;
    }

    private static JsonObject headerParameters() {
        var parameters = new JsonObject();
        parameters.add(
                "IfNoneMatch",
                header(
                        "If-None-Match",
                        "The ETag of an earlier answer: 304 if it is still the one."));
        parameters.add(
                "IfMatch",
                header(
                        "If-Match",
                        "The ETag of what the request is based on: 412 and nothing done if it has changed."));
        parameters.add(
                "IdempotencyKey",
                header(
                        "Idempotency-Key",
                        "Any 1 to 128 printable characters: for 24 hours the same request with the same key is done"
                                + " once and answered alike; 422 with another request, 409 while it is being done."));
        return parameters;
    }

    private static JsonObject header(String name, String description) {
        var parameter = object("name", name);
        parameter.addProperty("in", "header");
        parameter.addProperty("description", description);
        parameter.add("schema", type("string"));
        return parameter;
    }

    private static JsonObject securitySchemes() {
        var certificate = object("type", "mutualTLS");
        certificate.addProperty("description", "A certificate of the fleet.");
        var bearer = object("type", "http");
        bearer.addProperty("scheme", "bearer");
        bearer.addProperty("description", "A token of the organisation's identity provider.");
        var schemes = new JsonObject();
        schemes.add("certificate", certificate);
        schemes.add("bearer", bearer);
        return schemes;
    }

    /** RFC 9457 §3.1, and ours. */
    private static JsonObject problem() {
        var properties = new JsonObject();
        properties.add("type", described("string", "Names the kind of failure: " + types()));
        properties.add("title", described("string", "The kind in words; the same for each."));
        properties.add("status", described("integer", "The HTTP status again."));
        properties.add("detail", described("string", "What was found and what was expected."));
        properties.add("request_id", described("string", "As the header X-Request-Id has it."));
        var place = new JsonObject();
        place.addProperty("type", "object");
        var places = new JsonObject();
        places.add(
                "at",
                described(
                        "string",
                        "A JSON pointer into the body, the name of a parameter, or a line and a column."));
        places.add("detail", described("string", "What was found there and what was expected."));
        place.add("properties", places);
        var errors = described("array", "Each place in the request that is wrong.");
        errors.add("items", place);
        properties.add("errors", errors);
        var problem = new JsonObject();
        problem.addProperty("type", "object");
        problem.addProperty("description", "RFC 9457.");
        problem.add("properties", properties);
        var required = new JsonArray();
        List.of("type", "title", "status", "detail", "request_id").forEach(required::add);
        problem.add("required", required);
        return problem;
    }

    private static String types() {
        var text = new StringBuilder();
        for (var type : ProblemType.values()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(type.uri())
                    .append(" (")
                    .append(type.status())
                    .append(")");
        }
        return text + "; or a reason of the fleet in the same form.";
    }

    private static JsonObject described(String type, String description) {
        var schema = type(type);
        schema.addProperty("description", description);
        return schema;
    }

    private static JsonObject content(String mediaType, JsonObject schema) {
        var media = new JsonObject();
        media.add("schema", schema);
        var content = new JsonObject();
        content.add(mediaType, media);
        return content;
    }

    private static JsonObject scheme(String name) {
        var scheme = new JsonObject();
        scheme.add(name, new JsonArray());
        return scheme;
    }

    private static JsonObject reference(String kind, String name) {
        return object("$ref", "#/components/" + kind + "/" + name);
    }

    private static JsonObject type(String name) {
        return object("type", name);
    }

    private static JsonObject object(String name, String value) {
        var object = new JsonObject();
        object.addProperty(name, value);
        return object;
    }

    private static JsonObject object(String name, JsonObject value) {
        var object = new JsonObject();
        object.add(name, value);
        return object;
    }

    private static JsonArray list(JsonObject... objects) {
        var list = new JsonArray();
        for (var object : objects) {
            list.add(object);
        }
        return list;
    }

    private static final String DESCRIPTION =
            "Everything that overtctl and the console do, by HTTP and JSON: the same methods of the same services as gRPC on the"
                    + " same port. Fields have the names of the .proto files; 64-bit numbers and bytes (base64) are texts.";
}
