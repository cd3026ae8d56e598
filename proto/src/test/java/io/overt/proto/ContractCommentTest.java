package io.overt.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The contract explains itself: whoever implements the other side has only these files. */
class ContractCommentTest {

    @Test
    void every_message_field_enum_value_service_and_method_carries_a_comment() throws IOException {
        assertThat(uncommented(Contract.built())).isEmpty();
    }

    @Test
    void a_missing_comment_is_found() throws IOException {
        FileDescriptorSet.Builder set = Contract.built().toBuilder();
        FileDescriptorProto.Builder file =
                set.getFileBuilderList().stream()
                        .filter(f -> f.getPackage().equals("overt.signer.v1"))
                        .findFirst()
                        .orElseThrow();
        file.getSourceCodeInfoBuilder().getLocationBuilderList().stream()
                .filter(l -> l.getPathList().equals(List.of(6, 0, 2, 2))) // service 0, method 2
                .forEach(Location.Builder::clearLeadingComments);
        assertThat(uncommented(set.build())).containsExactly("overt.signer.v1.Signer/Forge");
    }

    private static List<String> uncommented(FileDescriptorSet set) {
        List<String> missing = new ArrayList<>();
        for (FileDescriptorProto file : set.getFileList()) {
            if (!file.getPackage().startsWith("overt.")) {
                continue;
            }
            Walk walk = new Walk(commentedPaths(file), missing);
            for (int i = 0; i < file.getMessageTypeCount(); i++) {
                walk.message(
                        file.getPackage(),
                        List.of(FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER, i),
                        file.getMessageType(i));
            }
            for (int i = 0; i < file.getEnumTypeCount(); i++) {
                walk.enumeration(
                        file.getPackage(),
                        List.of(FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER, i),
                        file.getEnumType(i));
            }
            for (int i = 0; i < file.getServiceCount(); i++) {
                walk.service(
                        file.getPackage(),
                        List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, i),
                        file.getService(i));
            }
        }
        return missing;
    }

    private static Set<List<Integer>> commentedPaths(FileDescriptorProto file) {
        Set<List<Integer>> paths = new HashSet<>();
        for (Location location : file.getSourceCodeInfo().getLocationList()) {
            if (!location.getLeadingComments().isBlank()
                    || !location.getTrailingComments().isBlank()) {
                paths.add(List.copyOf(location.getPathList()));
            }
        }
        return paths;
    }

    /** Descends with the path that descriptor.proto's SourceCodeInfo uses as an address. */
    private record Walk(Set<List<Integer>> commented, List<String> missing) {

        void message(String scope, List<Integer> path, DescriptorProto message) {
            String name = scope + "." + message.getName();
            check(name, path);
            for (int i = 0; i < message.getFieldCount(); i++) {
                check(
                        name + "." + message.getField(i).getName(),
                        under(path, DescriptorProto.FIELD_FIELD_NUMBER, i));
            }
            for (int i = 0; i < message.getOneofDeclCount(); i++) {
                if (message.getOneofDecl(i).getName().startsWith("_")) {
                    continue; // protoc's own, behind an "optional" field
                }
                check(
                        name + "." + message.getOneofDecl(i).getName(),
                        under(path, DescriptorProto.ONEOF_DECL_FIELD_NUMBER, i));
            }
            for (int i = 0; i < message.getNestedTypeCount(); i++) {
                if (message.getNestedType(i).getOptions().getMapEntry()) {
                    continue; // protoc's own, behind a map field
                }
                message(
                        name,
                        under(path, DescriptorProto.NESTED_TYPE_FIELD_NUMBER, i),
                        message.getNestedType(i));
            }
            for (int i = 0; i < message.getEnumTypeCount(); i++) {
                enumeration(
                        name,
                        under(path, DescriptorProto.ENUM_TYPE_FIELD_NUMBER, i),
                        message.getEnumType(i));
            }
        }

        void enumeration(String scope, List<Integer> path, EnumDescriptorProto type) {
            String name = scope + "." + type.getName();
            check(name, path);
            for (int i = 0; i < type.getValueCount(); i++) {
                check(
                        name + "." + type.getValue(i).getName(),
                        under(path, EnumDescriptorProto.VALUE_FIELD_NUMBER, i));
            }
        }

        void service(String scope, List<Integer> path, ServiceDescriptorProto service) {
            String name = scope + "." + service.getName();
            check(name, path);
            for (int i = 0; i < service.getMethodCount(); i++) {
                check(
                        name + "/" + service.getMethod(i).getName(),
                        under(path, ServiceDescriptorProto.METHOD_FIELD_NUMBER, i));
            }
        }

        private void check(String name, List<Integer> path) {
            if (!commented.contains(path)) {
                missing.add(name);
            }
        }

        private static List<Integer> under(List<Integer> path, int field, int index) {
            List<Integer> deeper = new ArrayList<>(path);
            deeper.add(field);
            deeper.add(index);
            return List.copyOf(deeper);
        }
    }
}
