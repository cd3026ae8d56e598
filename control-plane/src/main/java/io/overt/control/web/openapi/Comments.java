package io.overt.control.web.openapi;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The comments of the .proto files, which generated code does not have: read from the descriptors
 * that the proto module ships. By full name, of methods, messages, fields, enums and their values.
 */
final class Comments {
    private final Map<String, String> byName = new HashMap<>();

    static Comments shipped() {
        try (var stream = Comments.class.getResourceAsStream("/io/overt/proto/contract.binpb")) {
            if (stream == null) {
                throw new IllegalStateException("contract.binpb is missing from this build");
            }
            var comments = new Comments();
            FileDescriptorSet.parseFrom(stream).getFileList().forEach(comments::read);
            return comments;
        } catch (IOException e) {
            throw new UncheckedIOException("contract.binpb cannot be read", e);
        }
    }

    /** In one line; empty where there is none. */
    String of(String fullName) {
        return byName.getOrDefault(fullName, "");
    }

    private void read(FileDescriptorProto file) {
        var names = new HashMap<List<Integer>, String>();
        for (int i = 0; i < file.getServiceCount(); i++) {
            var service = file.getService(i);
            var name = file.getPackage() + "." + service.getName();
            names.put(List.of(SERVICE, i), name);
            for (int j = 0; j < service.getMethodCount(); j++) {
                names.put(
                        List.of(SERVICE, i, METHOD, j),
                        name + "." + service.getMethod(j).getName());
            }
        }
        for (int i = 0; i < file.getMessageTypeCount(); i++) {
            message(file.getMessageType(i), file.getPackage(), List.of(MESSAGE, i), names);
        }
        for (int i = 0; i < file.getEnumTypeCount(); i++) {
            values(file.getEnumType(i), file.getPackage(), List.of(ENUM, i), names);
        }
        for (var location : file.getSourceCodeInfo().getLocationList()) {
            var name = names.get(location.getPathList());
            if (name != null) {
                byName.put(name, location.getLeadingComments().strip().replaceAll("\\s+", " "));
            }
        }
    }

    private static void message(
            DescriptorProto message,
            String parent,
            List<Integer> path,
            Map<List<Integer>, String> names) {
        var name = parent + "." + message.getName();
        names.put(path, name);
        for (int i = 0; i < message.getFieldCount(); i++) {
            names.put(with(path, FIELD, i), name + "." + message.getField(i).getName());
        }
        for (int i = 0; i < message.getNestedTypeCount(); i++) {
            message(message.getNestedType(i), name, with(path, NESTED, i), names);
        }
        for (int i = 0; i < message.getEnumTypeCount(); i++) {
            values(message.getEnumType(i), name, with(path, NESTED_ENUM, i), names);
        }
    }

    private static void values(
            EnumDescriptorProto type,
            String parent,
            List<Integer> path,
            Map<List<Integer>, String> names) {
        var name = parent + "." + type.getName();
        names.put(path, name);
        for (int i = 0; i < type.getValueCount(); i++) {
            names.put(with(path, VALUE, i), name + "." + type.getValue(i).getName());
        }
    }

    private static List<Integer> with(List<Integer> path, int kind, int index) {
        var longer = new ArrayList<>(path);
        longer.add(kind);
        longer.add(index);
        return List.copyOf(longer);
    }

    // Field numbers of descriptor.proto, by which a location names what it is of.
    private static final int MESSAGE = 4;
    private static final int ENUM = 5;
    private static final int SERVICE = 6;
    private static final int METHOD = 2;
    private static final int FIELD = 2;
    private static final int NESTED = 3;
    private static final int NESTED_ENUM = 4;
    private static final int VALUE = 2;
}
