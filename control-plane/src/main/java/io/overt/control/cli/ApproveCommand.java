package io.overt.control.cli;

import com.google.protobuf.ByteString;
import io.overt.proto.control.v1.ApproveRequest;
import io.overt.proto.control.v1.ListApprovalsRequest;
import io.overt.proto.control.v1.ListApprovalsResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code overtctl approve}. */
@Command(
        name = "approve",
        sortOptions = false,
        description = {
            "Hands in a person's signature over what `overtctl statement` prints.",
            "Without --signature: who has approved the version so far."
        })
final class ApproveCommand extends OvertctlCommand {
    @Parameters(paramLabel = "VERSION", description = "A published version.")
    private long version;

    @Option(
            names = "--signature",
            paramLabel = "FILE",
            description =
                    "Of ssh-keygen -Y sign -n overt-approval, or of openssl pkeyutl -sign -rawin.")
    private @Nullable Path signature;

    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        try (var connection = overtctl.connect()) {
            ListApprovalsResponse approvals;
            if (signature == null) {
                approvals =
                        connection
                                .rollouts()
                                .listApprovals(
                                        ListApprovalsRequest.newBuilder()
                                                .setVersion(version)
                                                .build());
            } else {
                var answer =
                        connection
                                .rollouts()
                                .approve(
                                        ApproveRequest.newBuilder()
                                                .setVersion(version)
                                                .setSignature(
                                                        ByteString.copyFrom(
                                                                Files.readAllBytes(signature)))
                                                .build());
                approvals = answer.getApprovals();
            }
            overtctl.format()
                    .print(spec().commandLine().getOut(), json(approvals), () -> text(approvals));
            return ExitCode.OK;
        }
    }

    private static Map<String, Object> json(ListApprovalsResponse approvals) {
        var json = new LinkedHashMap<String, Object>();
        json.put("version", approvals.getVersion());
        json.put("counted", approvals.getCounted());
        json.put("needed", approvals.getNeeded());
        json.put(
                "approvals",
                approvals.getApprovalsList().stream()
                        .map(
                                each -> {
                                    var one = new LinkedHashMap<String, Object>();
                                    one.put("approver", each.getApprover());
                                    one.put("at", RolloutOutput.time(each.getAt()));
                                    one.put("by", each.getBy());
                                    one.put("discounted", each.getDiscounted());
                                    return one;
                                })
                        .toList());
        return json;
    }

    private static String text(ListApprovalsResponse approvals) {
        var text =
                "version %d: %d of %d approvals%n"
                        .formatted(
                                approvals.getVersion(),
                                approvals.getCounted(),
                                approvals.getNeeded());
        if (approvals.getApprovalsCount() == 0) {
            return text;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("APPROVER", "WHEN", "HANDED IN BY", "COUNTS"));
        approvals
                .getApprovalsList()
                .forEach(
                        each ->
                                rows.add(
                                        List.of(
                                                each.getApprover().isEmpty()
                                                        ? "-"
                                                        : each.getApprover(),
                                                RolloutOutput.time(each.getAt()),
                                                each.getBy(),
                                                each.getDiscounted().isEmpty()
                                                        ? "yes"
                                                        : "no: "
                                                                + Output.printable(
                                                                        each.getDiscounted()))));
        return text + Output.table(rows);
    }
}
