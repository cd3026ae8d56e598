package io.overt.control.store;

import com.google.protobuf.ByteString;
import io.overt.proto.policy.v1.PolicyBundle;
import java.time.Instant;

/**
 * A published version: immutable, signed.
 *
 * @param version its number, from 1
 * @param policy the policy's own name
 * @param published when
 * @param publisher fleet identity of who published it
 * @param contentSha256 equal for equal files, whatever the version
 * @param manifestSha256 names every byte of it
 * @param bundle as edges get it
 */
public record SignedVersion(
        long version,
        String policy,
        Instant published,
        String publisher,
        ByteString contentSha256,
        ByteString manifestSha256,
        PolicyBundle bundle) {

    /** The line of a list of versions, without the files. */
    public record Summary(
            long version,
            String policy,
            Instant published,
            String publisher,
            ByteString manifestSha256) {}
}
