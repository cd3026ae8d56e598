package io.overt.service.approval;

import java.util.Optional;
import java.util.function.Function;

/** A signature over a file that is too long to be held, as {@code ssh-keygen -Y sign} makes it. */
public final class FileSignature {

    /**
     * Why the file is not taken for signed; empty where it is.
     *
     * @param armoured the signature
     * @param key whose it has to be: a line of an OpenSSH {@code .pub} file
     * @param namespace that it has to be for
     * @param digestBy the file's digest, by the JCA's name of the algorithm; is asked once at most
     * @throws IllegalArgumentException when the key is none
     */
    public static Optional<String> problem(
            String armoured, String key, String namespace, Function<String, byte[]> digestBy) {
        var expected = ApproverKey.parse(key);
        try {
            var signature = SshSignature.parse(armoured);
            if (!signature.key().equals(expected)) {
                return Optional.of("its signature is by another key");
            }
            if (!signature.namespace().equals(namespace)) {
                return Optional.of(
                        "its signature is for '"
                                + signature.namespace()
                                + "' (expected: for '"
                                + namespace
                                + "')");
            }
            return signature.verifiesDigest(digestBy.apply(signature.digestAlgorithm()))
                    ? Optional.empty()
                    : Optional.of("its signature does not verify");
        } catch (MalformedSshException e) {
            return Optional.of("its signature cannot be read: " + e.getMessage());
        }
    }

    private FileSignature() {}
}
