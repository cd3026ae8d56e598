package io.overt.control.access.oidc;

import com.google.protobuf.ByteString;
import io.overt.service.bundle.PolicySignature;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;

/** Words that nobody can guess, and what is kept of them. Thread-safe. */
final class Secrets {
    private final SecureRandom random;

    Secrets(SecureRandom random) {
        this.random = random;
    }

    /** 256 bits, as a browser and an address take them. */
    String next() {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        return base64(bytes);
    }

    /** What is kept: who reads it cannot use it. */
    static ByteString digest(String secret) {
        return ByteString.copyFrom(sha256(secret));
    }

    /** RFC 7636 §4.2, S256. */
    static String challenge(String verifier) {
        return base64(sha256(verifier));
    }

    private static byte[] sha256(String text) {
        return PolicySignature.sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
