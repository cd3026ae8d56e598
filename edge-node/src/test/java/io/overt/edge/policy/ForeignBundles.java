package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import io.overt.policy.PolicyCompiler;
import io.overt.proto.policy.v1.PolicyBundle;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Every way in which a bundle can be wrong, with what the edge has to say about it. Version 7 is in
 * force when they arrive, and but for its one fault each would be the good version 8.
 */
@SuppressWarnings("ImmutableEnumChecker") // the functions are lambdas without state
enum ForeignBundles {
    SIGNATURE_STRIPPED(
            "no signature (expected: one by a pinned policy key)",
            ours -> good(ours).clearSignature().build()),
    SIGNATURE_AND_KEY_STRIPPED(
            "no signature (expected: one by a pinned policy key)",
            ours -> good(ours).clearSignature().clearKeyId().build()),
    KEY_STRIPPED(
            "signed by key , which is not pinned here", ours -> good(ours).clearKeyId().build()),
    REKEYED("which is not pinned here (expected: ", _ -> good(new TestBundles()).build()),
    REKEYED_UNDER_OUR_KEY_ID(
            "does not verify",
            ours ->
                    good(new TestBundles())
                            .setKeyId(ByteString.copyFrom(ours.publicKey().id()))
                            .build()),
    SIGNATURE_TRUNCATED(
            "does not verify",
            ours -> good(ours).setSignature(good(ours).getSignature().substring(0, 63)).build()),
    SIGNED_FOR_SOMETHING_ELSE(
            "does not verify",
            // The manifest alone, without the label that says what the signature is for.
            ours ->
                    good(ours)
                            .setSignature(
                                    ours.signatureOver(good(ours).getManifest().toByteArray()))
                            .build()),
    MANIFEST_ALTERED(
            "does not verify",
            ours ->
                    good(ours)
                            .setManifest(
                                    ours.manifest(9, Map.of("policy.yaml", TestBundles.SPLICE_ALL))
                                            .toByteString())
                            .build()),
    MANIFEST_UNREADABLE(
            "the signed manifest cannot be read: ",
            ours -> ours.sign(ByteString.copyFromUtf8("\u0001\u0002"), Map.of())),
    MANIFEST_HUGE(
            "manifest of 1048577 bytes (expected: at most 1048576)",
            ours -> ours.sign(ByteString.copyFrom(new byte[(1 << 20) + 1]), Map.of())),
    TRUNCATED(
            "1 files (expected: the 2 of the manifest)",
            ours -> ours.withList(8).toBuilder().removeFiles(1).build()),
    FILE_ADDED(
            "2 files (expected: the 1 of the manifest)",
            ours -> good(ours).addFiles(ours.withList(8).getFiles(1)).build()),
    FILE_CUT(
            "lists/health.txt: 20 bytes (expected: 32, as signed)",
            ours -> withContent(ours.withList(8), 1, content -> content.substring(0, 20))),
    FILE_ALTERED(
            "lists/health.txt: was altered: its SHA-256 is not the signed one",
            ours ->
                    withContent(
                            ours.withList(8),
                            1,
                            content ->
                                    ByteString.copyFromUtf8(
                                            content.toStringUtf8().replace("clinic", "casino")))),
    FILES_SWAPPED(
            "policy.yaml: is missing; in its place is lists/health.txt",
            ours -> {
                var bundle = ours.withList(8);
                return bundle.toBuilder()
                        .clearFiles()
                        .addFiles(bundle.getFiles(1))
                        .addFiles(bundle.getFiles(0))
                        .build();
            }),
    FILES_TOO_LARGE(
            "bytes of files (expected: at most 1048576, policy.max-size)",
            ours -> ours.bundle(8, TestBundles.SPLICE_ALL + "#".repeat(1 << 20))),
    VERSION_ZERO("version 0 (expected: from 1)", ours -> ours.bundle(0, TestBundles.SPLICE_ALL)),
    VERSION_BEYOND_A_LONG(
            "version 18446744073709551615 (expected: from 1)",
            ours -> ours.bundle(-1, TestBundles.SPLICE_ALL)),
    OLDER(
            "version 6 is older than 7, which is in force",
            ours -> ours.bundle(6, TestBundles.SPLICE_ALL)),
    SAME_NUMBER_OTHER_CONTENT(
            "version 7 is in force with other content; a number names one content",
            ours -> ours.bundle(7, TestBundles.SPLICE_ALL)),
    LANGUAGE_UNKNOWN(
            "policy language 3 (expected: at most 2; a newer edge may know it)",
            ours -> inLanguage(ours, PolicyCompiler.LANGUAGE + 1)),
    LANGUAGE_MISSING("policy language 0 (expected: at most 2", ours -> inLanguage(ours, 0)),
    POLICY_BROKEN(
            "policy.yaml:4:11: rule default: `then`: `bypass`",
            ours -> ours.bundle(8, TestBundles.SPLICE_ALL.replace("splice", "bypass"))),
    POLICY_WITHOUT_DOCUMENT("policy.yaml", ours -> ours.sign(ours.manifest(8, Map.of()), Map.of()));

    /** Of the first problem: file, position and rule where it has them, then the message. */
    final String problem;

    private final Function<TestBundles, PolicyBundle> made;

    ForeignBundles(String problem, Function<TestBundles, PolicyBundle> made) {
        this.problem = problem;
        this.made = made;
    }

    PolicyBundle by(TestBundles ours) {
        return made.apply(ours);
    }

    /** Whether its manifest can be believed, so that the refusal names the version. */
    boolean believed() {
        return Stream.of(
                        SIGNATURE_STRIPPED,
                        SIGNATURE_AND_KEY_STRIPPED,
                        KEY_STRIPPED,
                        REKEYED,
                        REKEYED_UNDER_OUR_KEY_ID,
                        SIGNATURE_TRUNCATED,
                        SIGNED_FOR_SOMETHING_ELSE,
                        MANIFEST_ALTERED,
                        MANIFEST_UNREADABLE,
                        MANIFEST_HUGE)
                .noneMatch(this::equals);
    }

    private static PolicyBundle.Builder good(TestBundles signer) {
        return signer.bundle(8, TestBundles.SPLICE_ALL).toBuilder();
    }

    private static PolicyBundle inLanguage(TestBundles ours, int language) {
        var files = new LinkedHashMap<>(Map.of("policy.yaml", TestBundles.SPLICE_ALL));
        return ours.sign(ours.manifest(8, files).toBuilder().setLanguage(language).build(), files);
    }

    private static PolicyBundle withContent(
            PolicyBundle bundle, int file, Function<ByteString, ByteString> change) {
        var changed =
                bundle.getFiles(file).toBuilder()
                        .setContent(change.apply(bundle.getFiles(file).getContent()));
        return bundle.toBuilder().setFiles(file, changed).build();
    }
}
