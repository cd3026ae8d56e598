package io.overt.signer.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.testkit.softhsm.SoftHsmToken;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key in SoftHSM, through SunPKCS11, and what becomes of it when the token misbehaves. */
class TokenSigningKeyTest extends SigningKeyContract {

    private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

    @TempDir Path directory;
    private SoftHsmToken token;
    private SimpleMeterRegistry registry;
    private List<String> lastResort;
    private SigningToken signing;

    @BeforeEach
    void open() throws Exception {
        token = SoftHsmToken.create(directory);
        registry = new SimpleMeterRegistry();
        lastResort = new ArrayList<>();
        signing = open(token);
    }

    @AfterEach
    void close() {
        signing.close();
    }

    @Override
    SigningKey key() {
        return signing.key(issuing());
    }

    @Override
    PublicKey issuing() {
        return token.issuing().getPublicKey();
    }

    @Test
    void dropped_sessions_cost_one_recovery_and_no_request() throws Exception {
        signed(key().sign(CONTENT));
        token.dropSessions();

        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Signing>> answers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                answers.add(callers.submit(() -> key().sign(CONTENT)));
            }
            for (Future<Signing> answer : answers) {
                assertThat(
                                SignatureScheme.ECDSA_SHA256.verifies(
                                        issuing(), CONTENT, signed(answer.get())))
                        .isTrue();
            }
        }

        assertThat(recoveries("recovered")).isEqualTo(1);
        assertThat(recoveries("failed")).isZero();
        assertThat(signing.state()).isEqualTo(KeyState.UP);
        assertThat(lastResort).isEmpty();
    }

    @Test
    void sessions_dropped_again_and_again_are_recovered_each_time() {
        for (int i = 1; i <= 5; i++) {
            token.dropSessions();
            signed(key().sign(CONTENT));
            assertThat(recoveries("recovered")).isEqualTo(i);
        }
    }

    @Test
    void a_pin_refused_during_recovery_locks_the_key_for_good() throws Exception {
        Files.writeString(token.pinFile(), "0000\n");
        token.dropSessions();

        assertThat(key().sign(CONTENT))
                .isEqualTo(
                        new Signing.NotSigned(Signing.Reason.LOCKED, "the token refused the PIN"));
        assertThat(signing.state()).isEqualTo(KeyState.LOCKED);

        Files.writeString(token.pinFile(), token.pin() + "\n");
        assertThat(key().sign(CONTENT)).isInstanceOf(Signing.NotSigned.class);
        assertThat(recoveries("failed")).isEqualTo(1);
        assertThat(lastResort).as("a restart would only try the PIN again").isEmpty();
    }

    @Test
    void a_wrong_pin_is_said_once_and_clearly() throws Exception {
        SoftHsmToken other = SoftHsmToken.create(directory);
        Path wrong = Files.writeString(directory.resolve("wrong.pin"), "0000\n");

        SigningKeyException refused =
                catchThrowableOfType(
                        SigningKeyException.class,
                        () ->
                                SigningToken.open(
                                        settings(other, wrong),
                                        List.of(other.issuing().getPublicKey()),
                                        registry,
                                        lastResort::add));

        assertThat(refused.kind()).isEqualTo(SigningKeyException.Kind.PIN);
        assertThat(refused)
                .hasMessage(
                        "token '%s' refused the PIN in %s: CKR_PIN_INCORRECT (it is not tried again)",
                        other.label(), wrong);
        assertThat(open(other).key(other.issuing().getPublicKey()).state()).isEqualTo(KeyState.UP);
    }

    @Test
    void a_token_that_is_not_there_is_named_with_those_that_are() {
        TokenSettings settings = TokenSettings.of(token.module(), "no-such-token", token.pinFile());

        assertThatThrownBy(
                        () ->
                                SigningToken.open(
                                        settings, List.of(issuing()), registry, lastResort::add))
                .isInstanceOf(SigningKeyException.class)
                .hasMessageContaining("token 'no-such-token': 0 tokens of this label")
                .hasMessageContaining(token.label());
    }

    @Test
    void a_library_that_is_not_there_is_named() {
        assertThatThrownBy(
                        () ->
                                SigningToken.open(
                                        TokenSettings.of(
                                                directory.resolve("none.so"),
                                                token.label(),
                                                token.pinFile()),
                                        List.of(issuing()),
                                        registry,
                                        lastResort::add))
                .isInstanceOf(SigningKeyException.class)
                .hasMessage(
                        directory.resolve("none.so")
                                + ": not there or not readable (expected: a PKCS#11 library)");
    }

    @Test
    void a_key_of_another_certificate_is_not_taken() {
        SoftHsmToken other = SoftHsmToken.create(directory);

        assertThatThrownBy(
                        () ->
                                SigningToken.open(
                                        settings(token, token.pinFile()),
                                        List.of(other.issuing().getPublicKey()),
                                        registry,
                                        lastResort::add))
                .isInstanceOf(SigningKeyException.class)
                .hasMessageContaining("0 private keys whose certificate has the issuing key");
    }

    // checklist 65, 72
    @Test
    void a_key_that_can_be_read_out_is_not_used() {
        SoftHsmToken loose = SoftHsmToken.create(directory, SoftHsmToken.Protection.EXTRACTABLE);

        SigningKeyException refused =
                catchThrowableOfType(SigningKeyException.class, () -> open(loose));

        assertThat(refused.kind()).isEqualTo(SigningKeyException.Kind.KEY);
        assertThat(refused).hasMessageContaining("(expected: sensitive, never extractable");
    }

    @Test
    void a_closed_token_signs_no_more_and_asks_the_next_user_for_the_pin() throws Exception {
        SigningKey key = key();
        signing.close();

        assertThat(key.sign(CONTENT))
                .isEqualTo(new Signing.NotSigned(Signing.Reason.CLOSED, "the token was closed"));
        Path wrong = Files.writeString(directory.resolve("wrong.pin"), "0000\n");
        assertThatThrownBy(
                        () ->
                                SigningToken.open(
                                        settings(token, wrong),
                                        List.of(issuing()),
                                        registry,
                                        lastResort::add))
                .hasMessageContaining("refused the PIN");
    }

    private SigningToken open(SoftHsmToken from) throws SigningKeyException {
        return SigningToken.open(
                settings(from, from.pinFile()),
                List.of(from.issuing().getPublicKey()),
                registry,
                lastResort::add);
    }

    /** Deadlines that a busy machine keeps: nothing here is about being late. */
    private static TokenSettings settings(SoftHsmToken token, Path pinFile) {
        return new TokenSettings(
                token.module(),
                token.label(),
                pinFile,
                4,
                64,
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofMinutes(10),
                Duration.ofSeconds(1),
                Duration.ofMinutes(10));
    }

    private double recoveries(String result) {
        return registry.get("overt.signer.token.recoveries")
                .tag("token", token.label())
                .tag("result", result)
                .counter()
                .count();
    }
}
