package io.overt.control.web.rest;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import io.overt.control.web.rest.Problem.Place;
import io.overt.proto.control.v1.HttpProto;
import io.overt.service.bundle.PolicySignature;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Entity tags (RFC 9110 §8.8.3) by the option {@code overt.control.v1.etag}: a field of an answer
 * begins its tag, a field of a request is what If-Match says. Behind the field's value stands a
 * hash of the text, since figures may change where nothing has happened: If-None-Match is about all
 * of it, and If-Match about the value alone. Answers without such a field have a weak tag, of their
 * text: good for asking again, and for no precondition.
 */
final class EntityTags {

    /** The field of a message that is a tag. */
    static Optional<FieldDescriptor> field(Descriptor type) {
        return type.getFields().stream()
                .filter(field -> field.getOptions().getExtension(HttpProto.etag))
                .findFirst();
    }

    /** Of an answer, as the header says it. */
    static String of(Message answer, String json) {
        var hash =
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                                PolicySignature.sha256(json.getBytes(StandardCharsets.UTF_8)));
        return field(answer.getDescriptorForType())
                .map(field -> "\"" + answer.getField(field) + "." + hash + "\"")
                .orElseGet(() -> "W/\"" + hash + "\"");
    }

    /** Whether whoever asks has it already. RFC 9110 §13.1.2: the weak comparison. */
    static boolean isKnown(RequestHeaders headers, String tag) {
        for (var each : headers.get(HttpHeaderNames.IF_NONE_MATCH, "").split(",", -1)) {
            var one = each.strip();
            if (one.equals("*") || (!one.isEmpty() && strong(one).equals(strong(tag)))) {
                return true;
            }
        }
        return false;
    }

    private static String strong(String tag) {
        return tag.startsWith("W/") ? tag.substring("W/".length()) : tag;
    }

    /** The precondition of a request, as a parameter; or what is wrong with it. */
    sealed interface Precondition {
        /** None is asked for. */
        record None() implements Precondition {}

        /** The request's field must say this. */
        record Is(FieldDescriptor field, String value) implements Precondition {}

        /** It cannot be understood. */
        record Wrong(Place place) implements Precondition {}
    }

    static Precondition precondition(RequestHeaders headers, RestRoute route) {
        var ifMatch = headers.get(HttpHeaderNames.IF_MATCH);
        if (ifMatch == null) {
            return new Precondition.None();
        }
        var field = field(route.method().getInputType());
        if (field.isEmpty()) {
            return new Precondition.Wrong(new Place("if-match", "this has no precondition"));
        }
        var tag = TAG.matcher(ifMatch.strip());
        return tag.matches()
                ? new Precondition.Is(field.get(), tag.group(1))
                : new Precondition.Wrong(
                        new Place(
                                "if-match",
                                ifMatch
                                        + " (expected: one strong tag, as the header ETag of an answer said it)"));
    }

    /** The value alone is taken as well: who knows it need not have read it here. */
    private static final Pattern TAG =
            Pattern.compile("\"([0-9]{1,20})(?:\\.[A-Za-z0-9_-]{43})?\"");

    private EntityTags() {}
}
