package io.overt.control.web.rest;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.List;

/**
 * A failure as RFC 9457 writes it.
 *
 * @param type what kind, with its status
 * @param slug names it in its URI: the type's own, or a refusal's reason
 * @param detail what was found and what was expected
 * @param errors places in the request, where the failure has some
 * @param headers that the answer carries: Allow, Retry-After
 */
public record Problem(
        ProblemType type, String slug, String detail, List<Place> errors, HttpHeaders headers) {

    /**
     * One thing wrong with a request.
     *
     * @param at a JSON pointer into the body ({@code #/files/0/path}, RFC 6901 §6), the name of a
     *     parameter, or {@code line 1 column 5} of what is no JSON
     * @param detail what was found and what was expected
     */
    public record Place(String at, String detail) {}

    /** Takes copies. */
    public Problem {
        errors = List.copyOf(errors);
    }

    /** Of a type, without places. */
    public static Problem of(ProblemType type, String detail) {
        return new Problem(type, type.slug(), detail, List.of(), HttpHeaders.of());
    }

    /** A request that is wrong in these places, at least one. */
    public static Problem malformed(List<Place> errors) {
        var type = ProblemType.MALFORMED_REQUEST;
        var first = errors.getFirst();
        return new Problem(
                type, type.slug(), first.at() + ": " + first.detail(), errors, HttpHeaders.of());
    }

    /**
     * A path without this method.
     *
     * @param allow the methods that it has, as the header says them
     */
    public static Problem notAllowed(String allow) {
        return of(ProblemType.METHOD_NOT_ALLOWED, "expected one of: " + allow)
                .with(HttpHeaders.of(HttpHeaderNames.ALLOW, allow));
    }

    /** The same, with these headers. */
    public Problem with(HttpHeaders more) {
        return new Problem(type, slug, detail, errors, more);
    }

    /** As an answer to this request, with its id. */
    public HttpResponse response(ServiceRequestContext ctx) {
        return HttpResponse.of(head(), HttpData.ofUtf8(json(RequestId.of(ctx))));
    }

    /** Status and headers of the answer. */
    public ResponseHeaders head() {
        return ResponseHeaders.builder(HttpStatus.valueOf(type.status()))
                .add(headers)
                .contentType(MEDIA_TYPE)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .build();
    }

    /** Body of the answer. */
    public String json(String requestId) {
        var object = new JsonObject();
        object.addProperty("type", ProblemType.uri(slug));
        object.addProperty("title", type.title());
        object.addProperty("status", type.status());
        object.addProperty("detail", detail);
        object.addProperty("request_id", requestId);
        if (!errors.isEmpty()) {
            var places = new JsonArray();
            for (var error : errors) {
                var place = new JsonObject();
                place.addProperty("at", error.at());
                place.addProperty("detail", error.detail());
                places.add(place);
            }
            object.add("errors", places);
        }
        return object.toString();
    }

    /** RFC 9457 §6.1. */
    public static final MediaType MEDIA_TYPE = MediaType.create("application", "problem+json");
}
