package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * What the edge runs, with the proof of what it is.
 *
 * @param active as the data path reads it
 * @param manifestSha256 of the bundle it was compiled from
 * @param approvals that it came with
 */
record PolicyInForce(ActivePolicy active, ByteString manifestSha256, List<ByteString> approvals) {
    PolicyInForce {
        approvals = List.copyOf(approvals);
    }
}
