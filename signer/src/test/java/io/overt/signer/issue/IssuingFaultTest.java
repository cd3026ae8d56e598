package io.overt.signer.issue;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import io.overt.signer.budget.BudgetLimits;
import io.overt.signer.budget.Budgets;
import io.overt.signer.key.KeyState;
import io.overt.signer.key.Signing;
import io.overt.signer.key.SigningKey;
import io.overt.signer.log.TestLog;
import io.overt.signer.store.SqliteStore;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.Epoch;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.Mirroring;
import io.overt.x509.PresentedChain;
import io.overt.x509.Recipe;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TrustAnchors;
import io.overt.x509.Verdict;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.event.Level;

/**
 * What is left of "one TBS, one certificate" when each step fails: before it did anything, and
 * after it did everything but say so. The store is the real one behind a fault, the key is in
 * memory.
 */
class IssuingFaultTest {

    private static final FleetIdentity EDGE = new FleetIdentity("berlin", Role.EDGE, "e1");
    private static final Duration WEEK = Duration.ofDays(7);
    private static final MirrorProfile PROFILE =
            new MirrorProfile(
                    "mirror",
                    Recipe.MIRROR,
                    "Example Corp",
                    "https://inspection.example/",
                    Duration.ofDays(90),
                    WEEK,
                    Duration.ofDays(1));

    enum Step {
        FIND,
        INTEND,
        STORE
    }

    enum Fault {
        DID_NOT_HAPPEN,
        HAPPENED_BUT_THE_ANSWER_WAS_LOST
    }

    @TempDir Path directory;
    private final TestPki internet = TestPki.create();
    private final KeyPair issuingKey = p256();
    private final KeyPair leafKey = p256();
    private final MemoryKey key = new MemoryKey(issuingKey);
    private final IssuingCa ca =
            new IssuingCa(
                    TestPki.create().issuingCa("Test Inspection CA", issuingKey.getPublic()),
                    List.of(),
                    List.of());
    private final Issuer issuer = new Issuer(ca, List.of(), IssuerState.ACTIVE, key);
    private final Epoch epoch = Epoch.at(Instant.now(), WEEK);
    private final TestIdentity upstream =
            internet.issue(CertificateSpec.leaf("www.origin.example"));
    private SqliteStore store;
    private TestLog log;
    private FaultyIndex index;
    private IssuingDesk desk;

    @BeforeEach
    void open() throws Exception {
        store = SqliteStore.open(directory.resolve("signer.db"), Duration.ofSeconds(60));
        assertThat(
                        store.enrol(
                                EDGE.site(),
                                epoch,
                                LeafPublicKey.of(leafKey.getPublic()),
                                EDGE.uri(),
                                1,
                                epoch,
                                Instant.now()))
                .isEqualTo(LeafKeyRegister.Enrolment.ENROLLED);
        log = TestLog.open(directory, store);
        index = new FaultyIndex(log.log());
        desk = desk();
    }

    @AfterEach
    void close() {
        log.close();
        store.close();
    }

    static Stream<Arguments> faults() {
        return Stream.of(Step.values())
                .flatMap(step -> Stream.of(Fault.values()).map(fault -> Arguments.of(step, fault)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_store_that_fails_once_releases_nothing_then_and_one_certificate_later(
            Step step, Fault fault) {
        index.fail(step, fault);

        Answer first = desk.forge(EDGE, request());
        List<Answer> later = List.of(desk.forge(EDGE, request()), desk.forge(EDGE, request()));

        assertThat(first)
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused ->
                                assertThat(refused.reason())
                                        .isEqualTo(RefusalReason.REFUSAL_REASON_LOG_UNAVAILABLE));
        assertThat(released(later)).hasSize(1);
    }

    @Test
    void a_store_that_fails_before_the_signature_costs_none() {
        index.fail(Step.INTEND, Fault.DID_NOT_HAPPEN);

        desk.forge(EDGE, request());

        assertThat(key.signatures).isZero();
    }

    @Test
    void a_signer_that_ended_between_signature_and_store_signs_again_after_its_start()
            throws Exception {
        index.fail(Step.STORE, Fault.DID_NOT_HAPPEN);
        desk.forge(EDGE, request());
        log.close();
        store.close();

        store = SqliteStore.open(directory.resolve("signer.db"), Duration.ofSeconds(60));
        assertThat(store.openIntents()).as("the cut-off issuance is seen").isEqualTo(1);
        log = TestLog.open(directory, store);
        index = new FaultyIndex(log.log());
        desk = desk();
        List<Answer> later = List.of(desk.forge(EDGE, request()), desk.forge(EDGE, request()));

        assertThat(released(later)).hasSize(1);
        assertThat(store.openIntents()).isZero();
    }

    @Test
    void a_token_that_fails_releases_nothing_and_is_asked_again() {
        key.next = Optional.of(new Signing.NotSigned(Signing.Reason.TOO_SLOW, "late"));

        assertThat(desk.forge(EDGE, request()))
                .isEqualTo(
                        new Answer.Refused(
                                RefusalReason.REFUSAL_REASON_TOKEN_UNAVAILABLE,
                                "TOO_SLOW",
                                "late"));
        assertThat(released(List.of(desk.forge(EDGE, request())))).hasSize(1);
    }

    @Test
    void a_token_that_signs_with_another_key_is_found_out_and_never_asked_again() throws Exception {
        key.privateKey = p256().getPrivate();

        assertThat(desk.forge(EDGE, request()))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused ->
                                assertThat(refused.reason())
                                        .isEqualTo(
                                                RefusalReason
                                                        .REFUSAL_REASON_SIGNATURE_NOT_VERIFIED));
        assertThat(store.openIntents()).as("nothing was stored").isEqualTo(1);
        assertThat(issuer.stopped()).isTrue();
        key.privateKey = issuingKey.getPrivate();
        assertThat(desk.forge(EDGE, request()))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused ->
                                assertThat(refused.reason())
                                        .isEqualTo(RefusalReason.REFUSAL_REASON_ISSUER_NOT_ACTIVE));
        assertThat(key.signatures).isEqualTo(1);
    }

    private IssuingDesk desk() {
        return new IssuingDesk(
                new ForgeChecks(
                        Map.of(ca.fingerprint(), issuer),
                        new InForce(new Rules(new NeverForged(List.of()), List.of(PROFILE))),
                        new BoundedChainVerifier(TrustAnchors.of(List.of(internet.anchor()))),
                        store,
                        new EpochWindow(WEEK, Duration.ofMinutes(5)),
                        Clock.systemUTC(),
                        new LintGate(new SimpleMeterRegistry()),
                        Set.of()),
                index,
                new Budgets(
                        BudgetLimits.DEFAULTS,
                        List.of(
                                new Budgets.IssuingKey(
                                        ca.fingerprint(), ca.trust(), issuer.name(), 0)),
                        System::nanoTime,
                        Clock.systemUTC(),
                        new SimpleMeterRegistry()),
                new IssuanceMeters(new SimpleMeterRegistry(), List.of(issuer)),
                VerifyingCode.choose(VerifyingCode.Wanted.NATIVE),
                Clock.systemUTC(),
                Duration.ofSeconds(60),
                Level.INFO);
    }

    private ForgeRequest request() {
        Verdict verdict =
                new BoundedChainVerifier(TrustAnchors.of(List.of(internet.anchor())))
                        .verify(
                                new PresentedChain(upstream.chain()),
                                ReferenceIdentity.parse("www.origin.example").orElseThrow(),
                                Instant.now());
        if (!(verdict instanceof Verdict.Verified verified)
                || !(MirrorRecipe.derive(
                                verified.upstream(),
                                LeafPublicKey.of(leafKey.getPublic()),
                                ca,
                                PROFILE,
                                epoch)
                        instanceof Mirroring.Mirrored mirrored)) {
            throw new AssertionError(verdict);
        }
        ForgeRequest.Builder request =
                ForgeRequest.newBuilder()
                        .setTbs(ByteString.copyFrom(mirrored.tbs().der()))
                        .setServerName("www.origin.example")
                        .setProfile("mirror")
                        .setEpoch(epoch.number())
                        .setIssuerSha256(ByteString.copyFrom(ca.fingerprint().bytes()))
                        .setPublicKey(ByteString.copyFrom(leafKey.getPublic().getEncoded()));
        upstream.chainDer().forEach(der -> request.addUpstreamChain(ByteString.copyFrom(der)));
        return request.build();
    }

    /** Each certificate that left the signer. */
    private static Set<ByteString> released(List<Answer> answers) {
        Set<ByteString> released = new HashSet<>();
        List<Answer.Refused> refused = new ArrayList<>();
        for (Answer answer : answers) {
            switch (answer) {
                case Answer.Issued(var kept, Answer.Origin _) ->
                        released.add(ByteString.copyFrom(kept.certificate()));
                case Answer.Refused each -> refused.add(each);
            }
        }
        assertThat(refused).isEmpty();
        return released;
    }

    private static KeyPair p256() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** A key in memory that can be told to fail, or to be another one than it says. */
    private static final class MemoryKey implements SigningKey {
        private final PublicKey publicKey;
        PrivateKey privateKey;
        Optional<Signing> next = Optional.empty();
        int signatures;

        MemoryKey(KeyPair pair) {
            publicKey = pair.getPublic();
            privateKey = pair.getPrivate();
        }

        @Override
        public PublicKey publicKey() {
            return publicKey;
        }

        @Override
        public Signing sign(byte[] content) {
            Optional<Signing> told = next;
            next = Optional.empty();
            if (told.isPresent()) {
                return told.get();
            }
            signatures++;
            try {
                Signature signature = Signature.getInstance("SHA256withECDSA");
                signature.initSign(privateKey);
                signature.update(content);
                return new Signing.Signed(signature.sign());
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public Optional<Signing.NotSigned> canary() {
            throw new AssertionError("the desk asks for leaves");
        }

        @Override
        public KeyState state() {
            return KeyState.UP;
        }
    }

    /** The real store, failing once where it was told to. */
    private static final class FaultyIndex implements IssuanceIndex {
        private final IssuanceIndex real;
        private Optional<Step> step = Optional.empty();
        private Fault fault = Fault.DID_NOT_HAPPEN;

        FaultyIndex(IssuanceIndex real) {
            this.real = real;
        }

        void fail(Step at, Fault how) {
            step = Optional.of(at);
            fault = how;
        }

        @Override
        public Optional<Kept> find(TbsDigest digest) throws IndexException {
            return faulty(Step.FIND, () -> real.find(digest));
        }

        @Override
        public Intended intend(Intent intent) throws IndexException {
            return faulty(Step.INTEND, () -> real.intend(intent));
        }

        @Override
        public Kept store(Intent intent, Intended.Noted noted, byte[] certificate, Instant at)
                throws IndexException {
            return faulty(Step.STORE, () -> real.store(intent, noted, certificate, at));
        }

        @Override
        public void withhold(Intended.Noted noted, RefusalReason reason, Instant at)
                throws IndexException {
            real.withhold(noted, reason, at);
        }

        private interface Call<T> {
            T run() throws IndexException;
        }

        private <T> T faulty(Step at, Call<T> call) throws IndexException {
            if (step.isEmpty() || step.get() != at) {
                return call.run();
            }
            step = Optional.empty();
            if (fault == Fault.HAPPENED_BUT_THE_ANSWER_WAS_LOST) {
                call.run();
            }
            throw new IndexException("told to fail at " + at);
        }
    }
}
