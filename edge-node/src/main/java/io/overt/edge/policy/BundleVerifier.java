package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.FileDigest;
import io.overt.proto.policy.v1.ListDigest;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.bundle.PolicyPublicKey;
import io.overt.service.bundle.PolicySignature;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Decides whether a bundle is what a pinned key signed, and as many people approved as this edge
 * asks for, and has here what it names. The signature comes first: nothing of a bundle is looked
 * into before it, and there is no bundle that is taken without one. The control plane, the network
 * and the disk are all untrusted here; only who holds a pinned key's private half can get past.
 */
final class BundleVerifier {
    private final List<PolicyPublicKey> pinned;
    private final ApprovalDemand approvals;
    private final long maxBytes;
    private final Function<BundleManifest, ListShelf.Found> lists;

    /**
     * Pins the keys.
     *
     * @param approvals what people must have signed as well
     * @param maxBytes bound of all files of a bundle together
     * @param lists looks for the lists that a manifest names
     */
    BundleVerifier(
            List<PolicyPublicKey> pinned,
            ApprovalDemand approvals,
            long maxBytes,
            Function<BundleManifest, ListShelf.Found> lists) {
        if (pinned.isEmpty()) {
            throw new IllegalArgumentException(
                    "no pinned policy key: no bundle could ever be taken");
        }
        this.pinned = List.copyOf(pinned);
        this.approvals = approvals;
        this.maxBytes = maxBytes;
        this.lists = lists;
    }

    /** The manifest, if a pinned key signed it; nothing else of the bundle is looked at. */
    Optional<BundleManifest> believed(PolicyBundle bundle) {
        try {
            return unbelievable(bundle).isPresent()
                    ? Optional.empty()
                    : Optional.of(BundleManifest.parseFrom(bundle.getManifest()));
        } catch (InvalidProtocolBufferException _) {
            return Optional.empty(); // verify says why
        }
    }

    Verification verify(PolicyBundle bundle) {
        var doubt = unbelievable(bundle);
        if (doubt.isPresent()) {
            return unbelieved(doubt.get());
        }
        try {
            return contents(bundle, BundleManifest.parseFrom(bundle.getManifest()));
        } catch (InvalidProtocolBufferException e) {
            return unbelieved("the signed manifest cannot be read: " + e.getMessage());
        }
    }

    private Optional<String> unbelievable(PolicyBundle bundle) {
        var manifest = bundle.getManifest().toByteArray();
        if (manifest.length > MAX_MANIFEST) {
            return Optional.of(
                    "manifest of "
                            + manifest.length
                            + " bytes (expected: at most "
                            + MAX_MANIFEST
                            + ")");
        }
        if (bundle.getSignature().isEmpty()) {
            return Optional.of("no signature (expected: one by a pinned policy key)");
        }
        var key =
                pinned.stream()
                        .filter(each -> bundle.getKeyId().equals(ByteString.copyFrom(each.id())))
                        .findFirst();
        if (key.isEmpty()) {
            return Optional.of(
                    "signed by key "
                            + clip(HexFormat.of().formatHex(bundle.getKeyId().toByteArray()))
                            + ", which is not pinned here (expected: "
                            + pinned.stream()
                                    .map(PolicyPublicKey::idText)
                                    .collect(Collectors.joining(" or "))
                            + ")");
        }
        if (!key.get().verifies(manifest, bundle.getSignature().toByteArray())) {
            return Optional.of("the signature by key " + key.get().idText() + " does not verify");
        }
        return Optional.empty();
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
        var expectedFiles = expected(bundle, manifest);
        if (bundle.getFilesCount() != expectedFiles.size()) {
            problems.add(
                    bundleProblem(
                            bundle.getFilesCount()
                                    + " files (expected: the "
                                    + expectedFiles.size()
                                    + " of the manifest)"));
        }
        var paths = new HashSet<String>();
        long total = 0;
        for (int i = 0; i < Math.min(bundle.getFilesCount(), expectedFiles.size()); i++) {
            var expected = expectedFiles.get(i);
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
        // What cannot be taken needs no lists: the order matters to who waits for them.
        if (!problems.isEmpty()) {
            return new Verification.Refused(manifest.getVersion(), problems);
        }
        return switch (lists.apply(manifest)) {
            case ListShelf.Found.All(var found) ->
                    new Verification.Verified(
                            new VerifiedBundle(
                                    bundle, manifest, digest(bundle.getManifest()), found));
            case ListShelf.Found.Lacking(var lacking) ->
                    new Verification.Refused(
                            manifest.getVersion(),
                            lacking.stream().map(BundleVerifier::bundleProblem).toList());
        };
    }

    /** Those of the manifest; the file that a compiled list was made of may be left out. */
    private static List<FileDigest> expected(PolicyBundle bundle, BundleManifest manifest) {
        var compiled =
                manifest.getListsList().stream()
                        .map(ListDigest::getPath)
                        .collect(Collectors.toSet());
        var here =
                bundle.getFilesList().stream().map(BundleFile::getPath).collect(Collectors.toSet());
        return manifest.getFilesList().stream()
                .filter(file -> !compiled.contains(file.getPath()) || here.contains(file.getPath()))
                .toList();
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
