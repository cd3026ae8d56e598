package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.BundleManifest;
import java.util.List;

/** What people must have signed before a version is taken, whoever signed it besides. */
@FunctionalInterface
interface ApprovalDemand {

    /**
     * Why a version is not approved.
     *
     * @param manifest believed: a pinned key signed it
     * @param approvals as they came; anybody can have made them
     * @return empty when it is, or when nobody's approval is asked for
     */
    List<Problem> objections(BundleManifest manifest, List<ByteString> approvals);
}
