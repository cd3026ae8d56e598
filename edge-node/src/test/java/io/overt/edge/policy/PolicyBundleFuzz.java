package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.proto.policy.v1.PolicyBundle;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Fuzz target: a bundle as it comes from the control plane, the site or the disk. Only what was
 * signed is taken, whatever else the bundle holds, and nothing makes an edge throw.
 *
 * <p>An input is an encoded {@code PolicyBundle}. The signing key is always the same, so that
 * signed bundles can be seeds.
 */
public final class PolicyBundleFuzz {
    private static final TestBundles BUNDLES = new TestBundles(steady());
    private static final List<PolicyBundle> SIGNED =
            List.of(
                    BUNDLES.bundle(1, TestBundles.BLOCK_ALL),
                    BUNDLES.withList(2),
                    BUNDLES.bundle(3, "policy: [no, policy"),
                    BUNDLES.sign(
                            ByteString.copyFromUtf8("not a manifest"), Map.of("policy.yaml", "")));
    private static final Set<ByteString> SIGNED_MANIFESTS =
            SIGNED.stream().map(PolicyBundle::getManifest).collect(Collectors.toSet());
    private static final BundleVerifier VERIFIER =
            new BundleVerifier(
                    List.of(BUNDLES.publicKey()),
                    (_, _) -> List.of(),
                    1 << 20,
                    _ -> new ListShelf.Found.All(Map.of()));

    private PolicyBundleFuzz() {}

    /** Signed ones. */
    public static List<byte[]> seeds() {
        return SIGNED.stream().map(PolicyBundle::toByteArray).toList();
    }

    /** {@code encoded} as above. */
    public static void fuzzerTestOneInput(byte[] encoded) {
        PolicyBundle bundle;
        try {
            bundle = PolicyBundle.parseFrom(encoded);
        } catch (InvalidProtocolBufferException _) {
            return; // gRPC answers this before we see it.
        }
        var verification = VERIFIER.verify(bundle);
        if (verification instanceof Verification.Verified
                && !SIGNED_MANIFESTS.contains(bundle.getManifest())) {
            throw new AssertionError("verified, and was never signed: " + bundle);
        }
        if (Taking.consider(Optional.empty(), verification)
                instanceof Taking.Taken(var next, var taken, var _)) {
            var source = taken.source();
            var signed =
                    SIGNED.stream()
                            .filter(each -> each.getManifest().equals(bundle.getManifest()))
                            .findFirst()
                            .orElseThrow();
            for (var file : signed.getFilesList()) {
                if (!file.getContent()
                        .equals(ByteString.copyFrom(source.files().get(file.getPath())))) {
                    throw new AssertionError("taken with another " + file.getPath());
                }
            }
            if (source.files().size() != signed.getFilesCount()
                    || next.active().version() != taken.version()) {
                throw new AssertionError("taken with other files: " + source.files().keySet());
            }
        }
    }

    private static SecureRandom steady() {
        try {
            var random = SecureRandom.getInstance("SHA1PRNG");
            random.setSeed(135); // Seeded before use, it is a function of its seed alone.
            return random;
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA1PRNG", e);
        }
    }
}
