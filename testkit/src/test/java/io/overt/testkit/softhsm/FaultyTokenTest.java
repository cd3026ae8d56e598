package io.overt.testkit.softhsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each fault happens, as seen through SunPKCS11, and nothing happens without one. */
class FaultyTokenTest {

    private static final byte[] CONTENT = {1, 2, 3};

    @TempDir Path directory;
    private SoftHsmToken token;
    private FaultyToken faulty;

    @BeforeEach
    void make() {
        token = SoftHsmToken.create(directory);
        faulty = FaultyToken.over(token, directory);
    }

    /** SoftHSM's login is the process's: it must not outlive a test, whatever became of it. */
    @AfterEach
    void logout() {
        faulty.failNoMore();
        faulty.releaseStalled();
        token.dropSessions();
    }

    @Test
    void without_a_fault_it_signs_and_counts() throws Exception {
        Login login = login();

        assertThat(verifies(sign(login))).isTrue();
        assertThat(faulty.logins()).isEqualTo(1);
        assertThat(faulty.signatures()).isEqualTo(1);
        assertThat(faulty.initialised()).isEqualTo(1);
        assertThat(faulty.sessions()).isPositive().isLessThanOrEqualTo(faulty.mostSessions());
        assertThat(faulty.failures() + faulty.drops() + faulty.wrongSignatures()).isZero();
    }

    @Test
    void dropped_sessions_are_gone_for_good() throws Exception {
        Login login = login();
        sign(login);
        faulty.dropSessions();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> sign(login))
                    .hasStackTraceContaining("CKR_SESSION_HANDLE_INVALID");
        }
        assertThat(faulty.drops()).isEqualTo(1);
    }

    @Test
    void a_device_error_is_answered_as_often_as_was_asked() throws Exception {
        Login login = login();
        faulty.fail(FaultyToken.Scope.SIGNING, FaultyToken.CKR_DEVICE_ERROR, 2);

        assertThatThrownBy(() -> sign(login)).hasStackTraceContaining("CKR_DEVICE_ERROR");
        assertThatThrownBy(() -> sign(login)).hasStackTraceContaining("CKR_DEVICE_ERROR");
        assertThat(verifies(sign(login))).isTrue();
        assertThat(faulty.failures()).isEqualTo(2);
    }

    @Test
    void a_token_that_is_out_of_order_lets_nobody_log_in() {
        faulty.fail(FaultyToken.Scope.EVERYTHING, FaultyToken.CKR_DEVICE_ERROR, FaultyToken.ALWAYS);

        assertThatThrownBy(this::login).hasStackTraceContaining("CKR_DEVICE_ERROR");
        assertThat(faulty.logins()).isZero();
    }

    @Test
    void a_stalled_signature_comes_when_it_is_released() throws Exception {
        Login login = login();
        faulty.stallSignatures(1);
        CompletableFuture<byte[]> held = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                held.complete(sign(login));
                            } catch (GeneralSecurityException e) {
                                held.completeExceptionally(e);
                            }
                        });
        while (faulty.stalled() == 0) {
            Thread.onSpinWait();
        }

        assertThat(verifies(sign(login))).as("only one was to be held").isTrue();
        assertThat(held).isNotDone();
        faulty.releaseStalled();
        assertThat(verifies(held.get(10, TimeUnit.SECONDS))).isTrue();
        assertThat(faulty.stalled()).isZero();
    }

    @Test
    void a_session_too_many_is_refused() throws Exception {
        login();
        faulty.capSessions(faulty.sessions());

        assertThatThrownBy(() -> new Cryptoki(faulty.module()).openSession(token.slot()))
                .hasMessageContaining("0xb1");
    }

    @Test
    void a_wrong_signature_is_no_signature() throws Exception {
        Login login = login();
        faulty.flipSignatures(1);

        assertThat(verifies(sign(login))).isFalse();
        assertThat(verifies(sign(login))).isTrue();
        assertThat(faulty.wrongSignatures()).isEqualTo(1);
    }

    @Test
    void a_signature_by_another_key_is_that_keys() throws Exception {
        PublicKey other = token.generateKey();
        Login login = login();
        faulty.signByAnotherKey(1);

        byte[] signature = sign(login);

        assertThat(verifies(signature)).isFalse();
        assertThat(verifies(signature, other)).isTrue();
    }

    @Test
    void a_refused_pin_never_reaches_the_token() throws Exception {
        faulty.refusePin();

        assertThatThrownBy(this::login).hasStackTraceContaining("CKR_PIN_INCORRECT");
        faulty.judgePin();
        login();
        assertThat(faulty.logins()).isEqualTo(2);
    }

    @Test
    void a_library_that_was_finalised_answers_nothing() throws Exception {
        Login login = login();
        faulty.pretendFinalised();

        assertThatThrownBy(() -> sign(login))
                .hasStackTraceContaining("CKR_CRYPTOKI_NOT_INITIALIZED");
        assertThatThrownBy(() -> sign(login))
                .hasStackTraceContaining("CKR_CRYPTOKI_NOT_INITIALIZED");
    }

    @Test
    void a_delay_is_one_of_each_signature() throws Exception {
        Login login = login();
        faulty.delaySignatures(Duration.ofMillis(20));
        long began = System.nanoTime();

        sign(login);
        sign(login);

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isGreaterThan(Duration.ofMillis(40));
    }

    private record Login(AuthProvider provider, PrivateKey key) {}

    private Login login() throws Exception {
        AuthProvider provider =
                (AuthProvider)
                        Security.getProvider("SunPKCS11")
                                .configure(
                                        """
                                        --name=faulty
                                        library=%s
                                        slot=%d
                                        destroyTokenAfterLogout=true
                                        """
                                                .formatted(faulty.module(), token.slot()));
        KeyStore store = KeyStore.getInstance("PKCS11", provider);
        store.load(null, token.pin().toCharArray());
        return new Login(provider, (PrivateKey) store.getKey("issuing", null));
    }

    private static byte[] sign(Login login) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("SHA256withECDSA", login.provider());
        signer.initSign(login.key());
        signer.update(CONTENT);
        return signer.sign();
    }

    private boolean verifies(byte[] signature) throws GeneralSecurityException {
        return verifies(signature, token.issuing().getPublicKey());
    }

    private static boolean verifies(byte[] signature, PublicKey key)
            throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(key);
        verifier.update(CONTENT);
        return verifier.verify(signature);
    }
}
