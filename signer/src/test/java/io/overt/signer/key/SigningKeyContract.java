package io.overt.signer.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every place that keeps an issuing key owes its users. */
abstract class SigningKeyContract {

    /** The key under test. */
    abstract SigningKey key();

    /** The issuing certificate's key. */
    abstract PublicKey issuing();

    @Test
    void its_public_half_is_the_issuing_certificates() {
        assertThat(key().publicKey()).isEqualTo(issuing());
    }

    @Test
    void what_it_signs_verifies_with_the_issuing_certificate_and_with_nothing_changed()
            throws SigningKeyException {
        byte[] content = "a TBS, for instance".getBytes(StandardCharsets.UTF_8);

        byte[] signature = signed(key().sign(content));

        SignatureScheme scheme = SignatureScheme.of(issuing());
        assertThat(scheme.verifies(issuing(), content, signature)).isTrue();
        content[0] ^= 1;
        assertThat(scheme.verifies(issuing(), content, signature)).isFalse();
    }

    // checklist 69
    @Test
    void it_proves_itself_by_signing_what_is_no_certificate() {
        assertThat(key().canary()).isEmpty();
        assertThat(Canary.content()[0]).isNotEqualTo((byte) 0x30 /* SEQUENCE, as of a TBS */);
    }

    @Test
    void it_is_up_once_it_is_open() {
        assertThat(key().state()).isEqualTo(KeyState.UP);
    }

    @Test
    void it_serves_virtual_threads_at_the_same_time() throws Exception {
        SigningKey key = key();
        SignatureScheme scheme = SignatureScheme.of(issuing());
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> verified = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                byte[] content = ("content " + i).getBytes(StandardCharsets.UTF_8);
                verified.add(
                        callers.submit(
                                () ->
                                        scheme.verifies(
                                                issuing(), content, signed(key.sign(content)))));
            }
            for (Future<Boolean> each : verified) {
                assertThat(each.get()).isTrue();
            }
        }
    }

    static byte[] signed(Signing signing) {
        return switch (signing) {
            case Signing.Signed(byte[] signature) -> signature;
            case Signing.NotSigned(Signing.Reason reason, String detail) ->
                    throw new AssertionError(reason + ": " + detail);
        };
    }
}
