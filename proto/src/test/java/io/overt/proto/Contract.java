package io.overt.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The wire contract as lines of text, one for each thing that a peer of another version depends on.
 *
 * <p>A line's key is what must stay (a field's message and number, an enum value's number, a
 * method's name); its value is what must stay the same about it. Reserved names and numbers are
 * remembered, because reserving is the one way to remove.
 *
 * @param entries key to value, sorted, so that the listing reads the same on every machine
 * @param reserved keys that may no longer be used: {@code field a.B 3}, {@code value a.E 2}
 */
record Contract(SortedMap<String, String> entries, List<String> reserved) {

    /** What the build's second protoc run wrote: all of our files, comments included. */
    static FileDescriptorSet built() throws IOException {
        return FileDescriptorSet.parseFrom(
                Files.readAllBytes(
                        Path.of(System.getProperty("basedir", "."), "target/contract.binpb")));
    }

    static Contract of(FileDescriptorSet files) {
        Contract contract = new Contract(new TreeMap<>(), new ArrayList<>());
        for (FileDescriptorProto file : files.getFileList()) {
            if (!file.getPackage().startsWith("overt.")) {
                continue; // google.protobuf's own types are not ours to promise
            }
            file.getMessageTypeList()
                    .forEach(m -> contract.addMessage(file.getPackage() + "." + m.getName(), m));
            file.getEnumTypeList()
                    .forEach(e -> contract.addEnum(file.getPackage() + "." + e.getName(), e));
            file.getServiceList()
                    .forEach(s -> contract.addService(file.getPackage() + "." + s.getName(), s));
        }
        return contract;
    }

    /** Reads what {@link #listing} wrote. */
    static Contract parse(List<String> lines) {
        SortedMap<String, String> entries = new TreeMap<>();
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int separator = line.indexOf(" = ");
            if (separator < 0) {
                throw new IllegalArgumentException("not a line of a contract: " + line);
            }
            entries.put(line.substring(0, separator), line.substring(separator + 3));
        }
        return new Contract(entries, List.of());
    }

    List<String> listing() {
        return entries.entrySet().stream().map(e -> e.getKey() + " = " + e.getValue()).toList();
    }

    /** What a peer built against {@code baseline} would trip over, each as a sentence. */
    List<String> breaksAgainst(Contract baseline) {
        List<String> breaks = new ArrayList<>();
        for (Map.Entry<String, String> promised : baseline.entries.entrySet()) {
            String now = entries.get(promised.getKey());
            if (now == null) {
                if (!reserved.contains(promised.getKey())) {
                    breaks.add(
                            "removed and not reserved: %s = %s"
                                    .formatted(promised.getKey(), promised.getValue()));
                }
            } else if (!now.equals(promised.getValue())) {
                breaks.add(
                        "changed: %s was '%s', is '%s'"
                                .formatted(promised.getKey(), promised.getValue(), now));
            }
        }
        return breaks;
    }

    /** What is new since {@code baseline}: compatible, and to be promised from now on. */
    List<String> additionsTo(Contract baseline) {
        return listing().stream()
                .filter(
                        line ->
                                !baseline.entries.containsKey(
                                        line.substring(0, line.indexOf(" = "))))
                .toList();
    }

    private void addMessage(String name, DescriptorProto message) {
        entries.put("message " + name, "present");
        for (FieldDescriptorProto field : message.getFieldList()) {
            entries.put("field %s %d".formatted(name, field.getNumber()), shape(message, field));
        }
        for (DescriptorProto.ReservedRange range : message.getReservedRangeList()) {
            for (int number = range.getStart(); number < range.getEnd(); number++) {
                reserved.add("field %s %d".formatted(name, number));
            }
        }
        message.getNestedTypeList().forEach(m -> addMessage(name + "." + m.getName(), m));
        message.getEnumTypeList().forEach(e -> addEnum(name + "." + e.getName(), e));
    }

    private static String shape(DescriptorProto message, FieldDescriptorProto field) {
        String type =
                field.hasTypeName()
                        ? field.getTypeName()
                        : field.getType()
                                .name()
                                .substring("TYPE_".length())
                                .toLowerCase(Locale.ROOT);
        String label =
                switch (field.getLabel()) {
                    case LABEL_REPEATED -> "repeated ";
                    case LABEL_REQUIRED -> "required ";
                    case LABEL_OPTIONAL -> field.getProto3Optional() ? "optional " : "";
                };
        String oneof =
                field.hasOneofIndex() && !field.getProto3Optional()
                        ? " in oneof " + message.getOneofDecl(field.getOneofIndex()).getName()
                        : "";
        return label + type + " " + field.getName() + oneof;
    }

    private void addEnum(String name, EnumDescriptorProto type) {
        entries.put("enum " + name, "present");
        type.getValueList()
                .forEach(
                        v ->
                                entries.put(
                                        "value %s %d".formatted(name, v.getNumber()), v.getName()));
        for (EnumDescriptorProto.EnumReservedRange range : type.getReservedRangeList()) {
            for (int number = range.getStart(); number <= range.getEnd(); number++) {
                reserved.add("value %s %d".formatted(name, number));
            }
        }
    }

    private void addService(String name, ServiceDescriptorProto service) {
        entries.put("service " + name, "present");
        for (MethodDescriptorProto method : service.getMethodList()) {
            entries.put(
                    "method %s/%s".formatted(name, method.getName()),
                    "%s%s -> %s%s"
                            .formatted(
                                    method.getClientStreaming() ? "stream " : "",
                                    method.getInputType(),
                                    method.getServerStreaming() ? "stream " : "",
                                    method.getOutputType()));
        }
    }
}
