package io.overt.control.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import io.overt.proto.control.v1.AccessProto;
import io.overt.proto.control.v1.AuditForm;
import io.overt.service.bundle.PolicySignature;
import io.overt.service.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Canonical JSON: one line, members in the order of their names' code units, no white space, and of
 * numbers only whole ones. Of messages it tells what the field option {@code
 * overt.control.v1.audit} lets it; bytes, and long texts, stand as digest and length.
 */
final class AuditJson {

    /** A request or an answer; as a digest where that is long, too. */
    static Map<String, ?> of(Message message) {
        var all = members(message);
        var text = JsonText.of(all);
        return text.length() <= LONGEST_MESSAGE ? all : digest(text);
    }

    /** One line. */
    static String line(Map<String, ?> members) {
        return JsonText.of(sorted(members));
    }

    private static Map<String, Object> members(Message message) {
        var members = new TreeMap<String, Object>();
        message.getAllFields()
                .forEach(
                        (field, value) -> {
                            var form = field.getOptions().getExtension(AccessProto.audit);
                            switch (form) {
                                case AUDIT_FORM_OMIT -> {}
                                case AUDIT_FORM_DIGEST, AUDIT_FORM_UNSPECIFIED, UNRECOGNIZED ->
                                        members.put(field.getName(), values(field, value, form));
                            }
                        });
        message.getUnknownFields()
                .asMap()
                .keySet()
                .forEach(number -> members.put("unknown field " + number, "not shown"));
        return members;
    }

    private static Object values(FieldDescriptor field, Object value, AuditForm form) {
        if (field.isMapField()) {
            var map = new TreeMap<String, Object>();
            for (var each : (List<?>) value) {
                if (each instanceof MapEntry<?, ?> entry) {
                    map.put(
                            String.valueOf(entry.getKey()),
                            one(
                                    field.getMessageType().findFieldByName("value"),
                                    entry.getValue(),
                                    form));
                }
            }
            return map;
        }
        return value instanceof List<?> list
                ? list.stream().map(each -> one(field, each, form)).toList()
                : one(field, value, form);
    }

    private static Object one(FieldDescriptor field, Object value, AuditForm form) {
        return switch (value) {
            case ByteString bytes -> digest(bytes.toByteArray());
            case String text
                    when text.length() > LONGEST_TEXT || form == AuditForm.AUDIT_FORM_DIGEST ->
                    digest(text);
            case EnumValueDescriptor constant -> constant.getName();
            case Message nested ->
                    form == AuditForm.AUDIT_FORM_DIGEST
                            ? digest(nested.toByteArray())
                            : members(nested);
            // proto3's unsigned numbers are signed in Java.
            case Integer number when isUnsigned(field) -> Integer.toUnsignedLong(number);
            case Long number when isUnsigned(field) -> Long.toUnsignedString(number);
            case Integer number -> number;
            case Long number -> number;
            case Boolean flag -> flag;
            default -> String.valueOf(value);
        };
    }

    private static boolean isUnsigned(FieldDescriptor field) {
        return switch (field.getType()) {
            case UINT32, UINT64, FIXED32, FIXED64 -> true;
            case DOUBLE,
                    FLOAT,
                    INT64,
                    INT32,
                    BOOL,
                    STRING,
                    GROUP,
                    MESSAGE,
                    BYTES,
                    ENUM,
                    SFIXED32,
                    SFIXED64,
                    SINT32,
                    SINT64 ->
                    false;
        };
    }

    private static Map<String, Object> digest(String text) {
        return digest(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, Object> digest(byte[] bytes) {
        var members = new TreeMap<String, Object>();
        members.put("sha256", HexFormat.of().formatHex(PolicySignature.sha256(bytes)));
        members.put("size", bytes.length);
        return members;
    }

    private static Object sorted(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var sorted = new TreeMap<String, Object>();
                map.forEach((key, each) -> sorted.put(String.valueOf(key), sorted(each)));
                yield sorted;
            }
            case List<?> list -> list.stream().map(AuditJson::sorted).toList();
            default -> value;
        };
    }

    private static final int LONGEST_TEXT = 1 << 10;
    private static final int LONGEST_MESSAGE = 16 << 10;

    private AuditJson() {}
}
