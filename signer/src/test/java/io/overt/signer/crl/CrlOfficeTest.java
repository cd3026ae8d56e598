package io.overt.signer.crl;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.signer.issue.InForce;
import io.overt.signer.issue.Issuer;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.issue.NeverForged;
import io.overt.signer.issue.Revocations;
import io.overt.signer.issue.Rules;
import io.overt.signer.key.KeyState;
import io.overt.signer.key.Signing;
import io.overt.signer.key.SigningKey;
import io.overt.signer.log.LogCheck;
import io.overt.signer.log.TestLog;
import io.overt.signer.store.SqliteStore;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.IssuingCa;
import io.overt.x509.MirrorProfile;
import io.overt.x509.Recipe;
import io.overt.x509.revocation.CrlReason;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When CRLs are made, by a clock of the test's; with the real store and log. */
class CrlOfficeTest {

    private static final Duration LIFETIME = Duration.ofDays(7);
    private static final Duration EVERY = Duration.ofDays(1);

    @TempDir Path directory;

    private final Key key = new Key();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final InForce rules =
            new InForce(
                    new Rules(
                            new NeverForged(List.of()),
                            List.of(
                                    new MirrorProfile(
                                            "mirror",
                                            Recipe.MIRROR,
                                            "Example Corp",
                                            "https://inspection.example/notice",
                                            Duration.ofDays(825),
                                            Duration.ofDays(7),
                                            Duration.ofDays(1)))));
    private Issuer issuer;
    private SqliteStore store;
    private TestLog log;
    private Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private CrlOffice office;

    @BeforeEach
    void open() throws Exception {
        issuer =
                new Issuer(
                        new IssuingCa(
                                TestPki.create().issuingCa("Test Inspection CA", key.publicKey()),
                                List.of(),
                                List.of()),
                        List.of(),
                        IssuerState.ACTIVE,
                        key);
        store = SqliteStore.open(directory.resolve("signer.db"), Duration.ofSeconds(60));
        log = TestLog.open(directory, store);
        log.log().standing(List.of(issuer));
        office = office(registry);
    }

    @AfterEach
    void close() {
        office.close();
        log.close();
        store.close();
        assertThat(LogCheck.of(log.folder(), log.key(), Optional.empty()).findings())
                .as("the log, whatever happened")
                .isEmpty();
    }

    // checklist 59
    @Test
    void a_crl_is_made_anew_each_day_and_at_once_when_something_is_revoked() {
        office.look();
        PublishedCrl first = crl();
        assertThat(first.number()).isEqualTo(1);
        assertThat(first.issued()).isEqualTo(now);
        assertThat(first.nextUpdate()).isEqualTo(now.plus(LIFETIME));

        now = now.plus(EVERY).minusSeconds(1);
        office.look();
        assertThat(crl()).isSameAs(first);
        now = now.plusSeconds(1);
        office.look();
        assertThat(crl().number()).isEqualTo(2);

        now = now.plusSeconds(1);
        revoke(77);
        office.look();
        assertThat(crl().number()).isEqualTo(3);
        assertThat(crl().serials()).containsExactly(BigInteger.valueOf(77));
    }

    @Test
    void a_token_that_is_away_leaves_the_last_one_published_and_is_asked_again_later()
            throws Exception {
        office.look();
        byte[] first = crl().der();
        key.away = true;
        now = now.plus(EVERY);
        office.look();
        office.look();
        assertThat(crl().der()).isEqualTo(first);
        assertThat(failures("token")).as("not tried again at once").isEqualTo(1);
        assertThat(Files.readAllBytes(directory.resolve("crl/issuing.crl"))).isEqualTo(first);

        key.away = false;
        now = now.plusSeconds(10);
        office.look();
        assertThat(crl().number()).as("a number that was cut off is not used again").isEqualTo(3);
    }

    @Test
    void a_signature_by_another_key_is_never_published_and_stops_the_issuer() throws Exception {
        office.look();
        byte[] first = crl().der();
        key.pair = Key.make();
        now = now.plus(EVERY);
        office.look();
        assertThat(crl().der()).isEqualTo(first);
        assertThat(store.crls().last(issuer.ca().fingerprint()).orElseThrow()).isEqualTo(first);
        assertThat(failures("signature")).isEqualTo(1);
        assertThat(issuer.stopped()).isTrue();
        now = now.plus(EVERY);
        office.look();
        assertThat(failures("signature")).as("never asked again").isEqualTo(1);
    }

    @Test
    void a_retiring_issuer_signs_crls_and_a_retired_one_does_not() {
        office.look();
        issuer.order(IssuerState.RETIRING);
        now = now.plus(EVERY);
        office.look();
        assertThat(crl().number()).isEqualTo(2);
        issuer.order(IssuerState.RETIRED);
        now = now.plus(EVERY);
        office.look();
        assertThat(crl().number()).as("the last one stays").isEqualTo(2);
    }

    @Test
    void a_start_publishes_the_last_one_before_the_token_is_there_and_goes_on_counting()
            throws Exception {
        office.look();
        byte[] last = crl().der();
        key.away = true;
        office.close();
        office = office(new SimpleMeterRegistry());
        office.publishKept();
        office.look();
        assertThat(crl().der()).isEqualTo(last);
        key.away = false;
        now = now.plus(EVERY);
        office.look();
        assertThat(crl().number()).isEqualTo(2);
    }

    private CrlOffice office(SimpleMeterRegistry counting) {
        return new CrlOffice(
                new CrlOffice.Settings(directory.resolve("crl"), LIFETIME, EVERY),
                Map.of("issuing", issuer),
                rules,
                store.crls(),
                log.log(),
                () -> now,
                counting);
    }

    private PublishedCrl crl() {
        return office.published("issuing").orElseThrow();
    }

    private double failures(String step) {
        return registry.get("overt.signer.crl.failures").tag("step", step).counter().count();
    }

    private void revoke(long serial) {
        Rules before = rules.now();
        rules.replace(
                before.with(
                        before.revocations()
                                .with(
                                        new Revocations.Certificate(
                                                new Revocations.CertificateName(
                                                        issuer.ca().fingerprint(),
                                                        BigInteger.valueOf(serial)),
                                                CrlReason.SUPERSEDED,
                                                now))));
    }

    /** A key that can be away, and that can turn into another. */
    private static final class Key implements SigningKey {
        private KeyPair pair = make();
        private final PublicKey publicKey = pair.getPublic();
        private boolean away;

        static KeyPair make() {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec("secp256r1"));
                return generator.generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public PublicKey publicKey() {
            return publicKey;
        }

        @Override
        public Signing sign(byte[] content) {
            if (away) {
                return new Signing.NotSigned(Signing.Reason.FAILED, "away");
            }
            try {
                Signature signature = Signature.getInstance("SHA256withECDSA");
                signature.initSign(pair.getPrivate());
                signature.update(content);
                return new Signing.Signed(signature.sign());
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public Optional<Signing.NotSigned> canary() {
            return Optional.empty();
        }

        @Override
        public KeyState state() {
            return KeyState.UP;
        }
    }
}
