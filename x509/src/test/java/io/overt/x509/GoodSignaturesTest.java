package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GoodSignaturesTest {

    private static final SignatureAlgorithm ALGORITHM =
            new SignatureAlgorithm("SHA256withECDSA", Optional.empty());
    private static final SignatureAlgorithm ANOTHER =
            new SignatureAlgorithm("SHA384withECDSA", Optional.empty());

    private final PublicKey key = key();
    private int worked;

    @Test
    void a_good_signature_is_worked_out_once() throws Exception {
        GoodSignatures memory = new GoodSignatures(10);

        assertThat(good(memory, ALGORITHM, key, "m", "s")).isTrue();
        assertThat(good(memory, ALGORITHM, key, "m", "s")).isTrue();

        assertThat(worked).isEqualTo(1);
    }

    @Test
    void whatever_is_another_question_is_asked() throws Exception {
        GoodSignatures memory = new GoodSignatures(10);
        good(memory, ALGORITHM, key, "m", "s");

        good(memory, ANOTHER, key, "m", "s");
        good(memory, ALGORITHM, key(), "m", "s");
        good(memory, ALGORITHM, key, "n", "s");
        good(memory, ALGORITHM, key, "m", "t");
        good(memory, ALGORITHM, key, "ms", "");

        assertThat(worked).isEqualTo(6);
    }

    @Test
    void a_bad_signature_is_worked_out_each_time_and_never_becomes_a_good_one() throws Exception {
        GoodSignatures memory = new GoodSignatures(10);

        for (int i = 0; i < 3; i++) {
            assertThat(memory.verify(ALGORITHM, key, bytes("m"), bytes("s"), this::bad)).isFalse();
        }

        assertThat(worked).isEqualTo(3);
    }

    @Test
    void those_that_were_used_last_are_kept() throws Exception {
        GoodSignatures memory = new GoodSignatures(2);
        good(memory, ALGORITHM, key, "intermediate", "s");
        for (int leaf = 0; leaf < 10; leaf++) {
            good(memory, ALGORITHM, key, "leaf" + leaf, "s");
            good(memory, ALGORITHM, key, "intermediate", "s");
        }

        assertThat(worked).as("the intermediate once, each leaf once").isEqualTo(11);
        good(memory, ALGORITHM, key, "leaf0", "s");
        assertThat(worked).as("forgotten long ago").isEqualTo(12);
    }

    @Test
    void a_memory_of_none_asks_each_time() throws Exception {
        GoodSignatures memory = new GoodSignatures(0);
        good(memory, ALGORITHM, key, "m", "s");
        good(memory, ALGORITHM, key, "m", "s");

        assertThat(worked).isEqualTo(2);
        assertThatThrownBy(() -> new GoodSignatures(-1)).hasMessage("-1 (expected: 0 or more)");
    }

    private boolean good(
            GoodSignatures memory,
            SignatureAlgorithm algorithm,
            PublicKey by,
            String message,
            String signature)
            throws Exception {
        return memory.verify(
                algorithm,
                by,
                bytes(message),
                bytes(signature),
                () -> {
                    worked++;
                    return true;
                });
    }

    private boolean bad() {
        worked++;
        return false;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static PublicKey key() {
        try {
            return KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
