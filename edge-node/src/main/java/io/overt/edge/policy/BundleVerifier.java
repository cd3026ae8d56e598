package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.bundle.PolicyPublicKey;
import io.overt.service.bundle.PolicySignature;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Decides whether a bundle is what a pinned key signed, and as many people approved as this edge
 * asks for. Pure. The signature comes first: nothing of a bundle is looked into before it, and
 * there is no bundle that is taken without one. The control plane, the network and the disk are all
 * untrusted here; only who holds a pinned key's private half can get past.
 */
final class BundleVerifier {
    private final List<PolicyPublicKey> pinned;
    private final ApprovalDemand approvals;
    private final long maxBytes;

    /**
     * Pins the keys.
     *
     * @param approvals what people must have signed as well
     * @param maxBytes bound of all files of a bundle together
     */
    BundleVerifier(List<PolicyPublicKey> pinned, ApprovalDemand approvals, long maxBytes) {
        if (pinned.isEmpty()) {
            throw new IllegalArgumentException(
                    "no pinned policy key: no bundle could ever be taken");
        }
        this.pinned = List.copyOf(pinned);
        this.approvals = approvals;
        this.maxBytes = maxBytes;
    }

    Verification verify(PolicyBundle bundle) {
        var manifest = bundle.getManifest().toByteArray();
        if (manifest.length > MAX_MANIFEST) {
            return unbelieved(
                    "manifest of "
                            + manifest.length
                            + " bytes (expected: at most "
                            + MAX_MANIFEST
                            + ")");
        }
        if (bundle.getSignature().isEmpty()) {
            return unbelieved("no signature (expected: one by a pinned policy key)");
        }
        var key =
                pinned.stream()
                        .filter(each -> bundle.getKeyId().equals(ByteString.copyFrom(each.id())))
                        .findFirst();
        if (key.isEmpty()) {
            return unbelieved(
                    "signed by key "
                            + clip(HexFormat.of().formatHex(bundle.getKeyId().toByteArray()))
                            + ", which is not pinned here (expected: "
                            + pinned.stream()
                                    .map(PolicyPublicKey::idText)
                                    .collect(Collectors.joining(" or "))
                            + ")");
        }
        if (!key.get().verifies(manifest, bundle.getSignature().toByteArray())) {
            return unbelieved("the signature by key " + key.get().idText() + " does not verify");
        }
        try {
            return contents(bundle, BundleManifest.parseFrom(manifest));
        } catch (InvalidProtocolBufferException e) {
            return unbelieved("the signed manifest cannot be read: " + e.getMessage());
        }
    }

    private Verification contents(PolicyBundle bundle, BundleManifest manifest) {
        var problems = new ArrayList<Problem>();
        if (manifest.getVersion() <= 0) {
            problems.add(
                    bundleProblem(
                            "version "
                                    + Long.toUnsignedString(manifest.getVersion())
                                    + " (expected: from 1)"));
        }
        if (bundle.getFilesCount() != manifest.getFilesCount()) {
            problems.add(
                    bundleProblem(
                            bundle.getFilesCount()
                                    + " files (expected: the "
                                    + manifest.getFilesCount()
                                    + " of the manifest)"));
        }
        var paths = new HashSet<String>();
        long total = 0;
        for (int i = 0; i < Math.min(bundle.getFilesCount(), manifest.getFilesCount()); i++) {
            var expected = manifest.getFiles(i);
            var file = bundle.getFiles(i);
            total += file.getContent().size();
            if (!file.getPath().equals(expected.getPath())) {
                problems.add(
                        fileProblem(
                                expected.getPath(),
                                "is missing; in its place is " + clip(file.getPath())));
            } else if (file.getContent().size() != expected.getSize()) {
                problems.add(
                        fileProblem(
                                expected.getPath(),
                                file.getContent().size()
                                        + " bytes (expected: "
                                        + Long.toUnsignedString(expected.getSize())
                                        + ", as signed)"));
            } else if (!digest(file.getContent()).equals(expected.getSha256())) {
                problems.add(
                        fileProblem(
                                expected.getPath(),
                                "was altered: its SHA-256 is not the signed one"));
            }
            if (!paths.add(expected.getPath())) {
                problems.add(fileProblem(expected.getPath(), "is in the manifest twice"));
            }
        }
        if (total > maxBytes) {
            problems.add(
                    bundleProblem(
                            total
                                    + " bytes of files (expected: at most "
                                    + maxBytes
                                    + ", policy.max-size)"));
        }
        problems.addAll(approvals.objections(manifest, bundle.getApprovalsList()));
        return problems.isEmpty()
                ? new Verification.Verified(
                        new VerifiedBundle(bundle, manifest, digest(bundle.getManifest())))
                : new Verification.Refused(manifest.getVersion(), problems);
    }

    private static Verification unbelieved(String problem) {
        return new Verification.Refused(0, List.of(bundleProblem(problem)));
    }

    private static Problem bundleProblem(String message) {
        return Problem.newBuilder().setMessage(message).build();
    }

    private static Problem fileProblem(String path, String message) {
        return Problem.newBuilder().setFile(clip(path)).setMessage(message).build();
    }

    private static ByteString digest(ByteString content) {
        return ByteString.copyFrom(PolicySignature.sha256(content.toByteArray()));
    }

    private static String clip(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }

    /** A thousand files of the longest paths fit; what is larger is not a manifest. */
    private static final int MAX_MANIFEST = 1 << 20;
}
