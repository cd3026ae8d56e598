package io.overt.edge.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.overt.policy.PolicyCompiler;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.FileDigest;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.bundle.PolicyPublicKey;
import io.overt.service.bundle.PolicySignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes signed bundles with a key of its own, good ones and any that a control plane should never
 * send.
 */
final class TestBundles {
    static final String BLOCK_ALL =
            "policy: corporate\nrules:\n  - name: default\n    then: block\n";
    static final String SPLICE_ALL =
            "policy: corporate\nrules:\n  - name: default\n    then: splice\n";
    static final String WITH_LIST =
            """
            policy: corporate
            rules:
              - name: health
                when: {list: health}
                then: splice
              - name: default
                then: block
            lists:
              health: {file: lists/health.txt}
            """;

    private final KeyPair keys;

    TestBundles() {
        this(new SecureRandom());
    }

    /** The key is a function of what {@code random} gives. */
    TestBundles(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, random);
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    PolicyPublicKey publicKey() {
        return new PolicyPublicKey(keys.getPublic());
    }

    Path writePublicKey(Path file) throws IOException {
        return Files.writeString(file, publicKey().pem());
    }

    /** A good bundle of one document. */
    PolicyBundle bundle(long version, String document) {
        return sign(
                manifest(version, Map.of("policy.yaml", document)),
                Map.of("policy.yaml", document));
    }

    /** A good bundle of a document and a list. */
    PolicyBundle withList(long version) {
        var files = new LinkedHashMap<String, String>();
        files.put("policy.yaml", WITH_LIST);
        files.put("lists/health.txt", "hospital.example\nclinic.example\n");
        return sign(manifest(version, files), files);
    }

    BundleManifest manifest(long version, Map<String, String> files) {
        var manifest =
                BundleManifest.newBuilder()
                        .setVersion(version)
                        .setPolicy("corporate")
                        .setLanguage(PolicyCompiler.LANGUAGE_OF_FILES);
        files.forEach(
                (path, content) ->
                        manifest.addFiles(
                                FileDigest.newBuilder()
                                        .setPath(path)
                                        .setSize(content.getBytes(UTF_8).length)
                                        .setSha256(
                                                ByteString.copyFrom(
                                                        PolicySignature.sha256(
                                                                content.getBytes(UTF_8))))));
        return manifest.build();
    }

    PolicyBundle sign(BundleManifest manifest, Map<String, String> files) {
        return sign(manifest.toByteString(), files);
    }

    PolicyBundle sign(ByteString manifest, Map<String, String> files) {
        var bundle =
                PolicyBundle.newBuilder()
                        .setManifest(manifest)
                        .setSignature(
                                signature(
                                        keys.getPrivate(),
                                        PolicySignature.input(manifest.toByteArray())))
                        .setKeyId(ByteString.copyFrom(publicKey().id()));
        files.forEach(
                (path, content) ->
                        bundle.addFiles(
                                BundleFile.newBuilder()
                                        .setPath(path)
                                        .setContent(ByteString.copyFromUtf8(content))));
        return bundle.build();
    }

    /** This key's signature over any bytes. */
    ByteString signatureOver(byte[] bytes) {
        return signature(keys.getPrivate(), bytes);
    }

    private static ByteString signature(PrivateKey key, byte[] bytes) {
        try {
            var signer = Signature.getInstance("Ed25519");
            signer.initSign(key);
            signer.update(bytes);
            return ByteString.copyFrom(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
