package io.overt.signer.key;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a token is reached and how long it is waited for.
 *
 * @param module the PKCS#11 library
 * @param label of the token; a slot number would change with the hardware
 * @param pinFile the user PIN in its first line, readable by the signer only; read again for each
 *     login
 * @param threads calls that are in the token at the same time, so also the platform threads and
 *     about the sessions used
 * @param queue calls that wait for a thread; more are turned away
 * @param deadline how long a caller waits for a signature, waiting for a thread included
 * @param stalledAfter a call that has been inside the library for longer makes the key {@link
 *     KeyState#STALLED}
 * @param giveUpAfter a call inside the library for longer, or a token that stays down for longer,
 *     ends the process
 * @param retryInterval between two attempts to set up a fresh session
 * @param keepAlive without a signature for this long, a canary is signed
 */
public record TokenSettings(
        Path module,
        String label,
        Path pinFile,
        int threads,
        int queue,
        Duration deadline,
        Duration stalledAfter,
        Duration giveUpAfter,
        Duration retryInterval,
        Duration keepAlive) {

    public TokenSettings {
        requireLabel(label);
        if (threads < 1 || queue < 1) {
            throw new IllegalArgumentException("threads and queue: expected at least 1 of each");
        }
    }

    /**
     * Refuses what no token can be called.
     *
     * @throws IllegalArgumentException saying what was expected
     */
    public static void requireLabel(String label) {
        if (label.isBlank() || label.getBytes(StandardCharsets.UTF_8).length > 32) {
            throw new IllegalArgumentException("1 to 32 bytes, PKCS#11 CK_TOKEN_INFO");
        }
    }

    /** The usual times, for a token at the given place. */
    public static TokenSettings of(Path module, String label, Path pinFile) {
        return new TokenSettings(
                module,
                label,
                pinFile,
                4,
                256,
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                Duration.ofSeconds(60),
                Duration.ofSeconds(1),
                Duration.ofSeconds(20));
    }
}
