package io.overt.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What was once released stays: peers of different versions run side by side during every roll-out.
 */
class ContractBaselineTest {

    @Test
    void nothing_that_a_peer_may_depend_on_was_removed_renumbered_retyped_or_renamed()
            throws IOException {
        assertThat(Contract.of(Contract.built()).breaksAgainst(baseline())).isEmpty();
    }

    @Test
    void everything_in_the_contract_is_promised_by_the_baseline() throws IOException {
        assertThat(Contract.of(Contract.built()).additionsTo(baseline()))
                .as("additions: append these lines to src/test/resources/contract-baseline.txt")
                .isEmpty();
    }

    @Test
    void a_removed_field_breaks_the_contract() throws IOException {
        assertThat(breaks(forgeRequest(m -> m.removeField(2))))
                .containsExactly(
                        "removed and not reserved: field overt.signer.v1.ForgeRequest 3 = string"
                                + " server_name");
    }

    @Test
    void a_removed_field_whose_number_is_reserved_is_a_deliberate_act() throws IOException {
        assertThat(
                        breaks(
                                forgeRequest(
                                        m ->
                                                m.removeField(2)
                                                        .addReservedRange(
                                                                DescriptorProto.ReservedRange
                                                                        .newBuilder()
                                                                        .setStart(3)
                                                                        .setEnd(4)))))
                .isEmpty();
    }

    @Test
    void a_renumbered_field_breaks_the_contract() throws IOException {
        assertThat(breaks(forgeRequest(m -> m.getFieldBuilder(2).setNumber(42))))
                .containsExactly(
                        "removed and not reserved: field overt.signer.v1.ForgeRequest 3 = string"
                                + " server_name");
    }

    @Test
    void a_retyped_field_breaks_the_contract() throws IOException {
        assertThat(
                        breaks(
                                forgeRequest(
                                        m ->
                                                m.getFieldBuilder(2)
                                                        .setType(
                                                                FieldDescriptorProto.Type
                                                                        .TYPE_BYTES))))
                .containsExactly(
                        "changed: field overt.signer.v1.ForgeRequest 3 was 'string server_name',"
                                + " is 'bytes server_name'");
    }

    @Test
    void a_field_that_becomes_singular_breaks_the_contract() throws IOException {
        assertThat(
                        breaks(
                                forgeRequest(
                                        m ->
                                                m.getFieldBuilder(1)
                                                        .setLabel(
                                                                FieldDescriptorProto.Label
                                                                        .LABEL_OPTIONAL))))
                .containsExactly(
                        "changed: field overt.signer.v1.ForgeRequest 2 was 'repeated bytes"
                                + " upstream_chain', is 'bytes upstream_chain'");
    }

    @Test
    void a_renumbered_enum_value_breaks_the_contract() throws IOException {
        FileDescriptorSet.Builder set = Contract.built().toBuilder();
        EnumDescriptorProto.Builder reasons = file(set, "overt.failure.v1").getEnumTypeBuilder(0);
        int last = reasons.getValueCount() - 1;
        int number = reasons.getValue(last).getNumber();
        String name = reasons.getValue(last).getName();
        reasons.getValueBuilder(last).setNumber(999);
        assertThat(breaks(set.build()))
                .containsExactly(
                        "removed and not reserved: value overt.failure.v1.RefusalReason %d = %s"
                                .formatted(number, name));
    }

    @Test
    void a_method_that_answers_with_another_message_breaks_the_contract() throws IOException {
        FileDescriptorSet.Builder set = Contract.built().toBuilder();
        file(set, "overt.signer.v1")
                .getServiceBuilder(0)
                .getMethodBuilder(0)
                .setOutputType(".overt.signer.v1.Issuer");
        assertThat(breaks(set.build()))
                .containsExactly(
                        "changed: method overt.signer.v1.Signer/Describe was"
                                + " '.overt.signer.v1.DescribeRequest ->"
                                + " .overt.signer.v1.DescribeResponse', is"
                                + " '.overt.signer.v1.DescribeRequest -> .overt.signer.v1.Issuer'");
    }

    private static List<String> breaks(FileDescriptorSet changed) throws IOException {
        return Contract.of(changed).breaksAgainst(baseline());
    }

    private static FileDescriptorSet forgeRequest(Consumer<DescriptorProto.Builder> change)
            throws IOException {
        FileDescriptorSet.Builder set = Contract.built().toBuilder();
        change.accept(
                file(set, "overt.signer.v1").getMessageTypeBuilderList().stream()
                        .filter(m -> m.getName().equals("ForgeRequest"))
                        .findFirst()
                        .orElseThrow());
        return set.build();
    }

    private static FileDescriptorProto.Builder file(FileDescriptorSet.Builder set, String name) {
        return set.getFileBuilderList().stream()
                .filter(f -> f.getPackage().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Contract baseline() throws IOException {
        try (var in = ContractBaselineTest.class.getResourceAsStream("/contract-baseline.txt")) {
            if (in == null) {
                throw new IllegalStateException("contract-baseline.txt is not on the class path");
            }
            return Contract.parse(
                    new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
        }
    }
}
