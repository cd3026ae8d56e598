package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.service.approval.ApprovedDocument;
import io.overt.service.approval.Approvers;
import io.overt.service.approval.NotApproved;
import io.overt.service.bundle.PolicyStatement;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Asks for the signatures of people where this edge has an approvers file. The file lies on the
 * edge, so whoever takes over the control plane, its signing key included, still cannot make a
 * policy that this edge runs. Reads no file; thread-safe.
 */
final class DemandedApprovals implements ApprovalDemand {
    private volatile Optional<Approvers> approvers;

    /**
     * @param approvers empty where nobody's approval is asked for
     */
    DemandedApprovals(Optional<Approvers> approvers) {
        this.approvers = approvers;
    }

    /** From the next version on. What is in force stays in force. */
    void demand(Optional<Approvers> next) {
        approvers = next;
    }

    @Override
    public List<Problem> objections(BundleManifest manifest, List<ByteString> approvals) {
        var people = approvers;
        if (people.isEmpty()) {
            return List.of();
        }
        if (approvals.size() > MOST) {
            return List.of(
                    problem(approvals.size() + " approvals (expected: at most " + MOST + ")"));
        }
        byte[] statement;
        try {
            statement = PolicyStatement.of(manifest);
        } catch (IllegalArgumentException e) {
            return List.of(problem("cannot be approved: " + e.getMessage()));
        }
        var named = new LinkedHashMap<Path, byte[]>();
        for (var approval : approvals) {
            named.put(Path.of("approval " + (named.size() + 1)), approval.toByteArray());
        }
        var document = Path.of("statement of version " + manifest.getVersion());
        return switch (people.get().approve(document, statement, named)) {
            case ApprovedDocument _ -> List.of();
            case NotApproved no -> no.message().lines().map(DemandedApprovals::problem).toList();
        };
    }

    private static Problem problem(String message) {
        return Problem.newBuilder().setMessage(message).build();
    }

    /** Each costs a verification with every key of the file. */
    private static final int MOST = 64;
}
