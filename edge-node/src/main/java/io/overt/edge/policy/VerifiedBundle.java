package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import io.overt.policy.HostList;
import io.overt.policy.PolicySource;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.PolicyBundle;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Proof that a pinned key signed the manifest, that the files are those of the manifest, and that
 * as many people approved them as this edge asks for. Only {@link BundleVerifier} makes one; there
 * is no way to a policy in force that does not go through it.
 */
final class VerifiedBundle {
    private final PolicyBundle bundle;
    private final BundleManifest manifest;
    private final ByteString manifestSha256;
    private final Map<String, HostList> lists;

    /** For the verifier alone. */
    VerifiedBundle(
            PolicyBundle bundle,
            BundleManifest manifest,
            ByteString manifestSha256,
            Map<String, HostList> lists) {
        this.bundle = bundle;
        this.manifest = manifest;
        this.manifestSha256 = manifestSha256;
        this.lists = Map.copyOf(lists);
    }

    long version() {
        return manifest.getVersion();
    }

    int language() {
        return manifest.getLanguage();
    }

    /** Names every byte of it. */
    ByteString manifestSha256() {
        return manifestSha256;
    }

    PolicySource source() {
        var files = new LinkedHashMap<String, byte[]>();
        bundle.getFilesList()
                .forEach(file -> files.put(file.getPath(), file.getContent().toByteArray()));
        return new PolicySource(files, lists);
    }

    /** As it came, to be kept. */
    PolicyBundle bundle() {
        return bundle;
    }
}
