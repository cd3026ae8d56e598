package io.overt.x509.transparency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.OcspSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestLog;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TrustAnchors;
import io.overt.x509.Verdict;
import io.overt.x509.VerifiedUpstream;
import io.overt.x509.transparency.CertificateLog.Standing;
import java.io.IOException;
import java.io.InputStream;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Logs of our own, and three of the public ones as they were at the end of 2023. */
class PublicityTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Instant BEFORE = NOW.minus(Duration.ofDays(3));
    private static final TestPki PKI = TestPki.at(NOW);
    private static final TestAuthority CA = PKI.intermediate();
    private static final String HOST = "www.example.com";
    private static final TestLog ONE = TestLog.create("one", "Operator A");
    private static final TestLog TWO = TestLog.create("two", "Operator B");
    private static final TestLog SAME_OPERATOR = TestLog.create("three", "Operator A");
    private static final KnownLogs KNOWN =
            KnownLogs.of(NOW, List.of(inForce(ONE), inForce(TWO), inForce(SAME_OPERATOR)));

    // checklist 20
    @Test
    void two_logs_of_two_operators_are_two() {
        var publicity = of(embedded(BEFORE, ONE, TWO));

        assertThat(publicity.logs()).containsExactly(inForce(ONE), inForce(TWO));
        assertThat(publicity.ignored()).isZero();
        assertThat(publicity.has(2)).isTrue();
        assertThat(publicity.has(3)).isFalse();
    }

    @Test
    void a_leaf_without_any_has_none_and_nothing_is_asked_where_nothing_is_wanted() {
        var publicity = of(PKI.leaf(HOST));

        assertThat(publicity.logs()).isEmpty();
        assertThat(publicity.has(1)).isFalse();
        assertThat(publicity.has(0)).isTrue();
    }

    // checklist 20
    @Test
    void two_logs_of_one_operator_are_not_enough_for_two() {
        var publicity = of(embedded(BEFORE, ONE, SAME_OPERATOR));

        assertThat(publicity.logs()).hasSize(2);
        assertThat(publicity.operators()).isEqualTo(1);
        assertThat(publicity.has(1)).isTrue();
        assertThat(publicity.has(2)).isFalse();
    }

    @Test
    void one_log_counts_once_however_often_it_is_there() {
        var publicity = of(embedded(BEFORE, ONE, ONE, ONE));

        assertThat(publicity.logs()).containsExactly(inForce(ONE));
    }

    @Test
    void a_log_with_an_RSA_key_counts() {
        var rsa = TestLog.create("rsa", "Operator C", KeySpec.RSA_2048);

        assertThat(of(embedded(BEFORE, rsa), KnownLogs.of(NOW, List.of(inForce(rsa)))).logs())
                .hasSize(1);
    }

    // checklist 20
    @ParameterizedTest(name = "{0}")
    @MethodSource
    void does_not_count(String what, TestIdentity leaf, KnownLogs known) {
        var publicity = of(leaf, known);

        assertThat(publicity.logs()).isEmpty();
        assertThat(publicity.ignored()).isPositive();
        assertThat(publicity.has(1)).isFalse();
    }

    static Stream<Arguments> does_not_count() {
        var leaf = PKI.leaf(HOST).certificate();
        return Stream.of(
                Arguments.of(
                        "a log that is not known",
                        embedded(BEFORE, TestLog.create("unknown", "Nobody")),
                        KNOWN),
                Arguments.of("a time to come", embedded(NOW.plusMillis(1), ONE), KNOWN),
                Arguments.of(
                        "another certificate's",
                        issued(List.of(ONE.sctBefore(leaf, CA.certificate(), BEFORE))),
                        KNOWN),
                Arguments.of(
                        "signed for another issuer",
                        TestLog.issue(
                                CA,
                                CertificateSpec.leaf(HOST),
                                bare ->
                                        List.of(
                                                ONE.sctBefore(
                                                        bare, PKI.root().certificate(), BEFORE))),
                        KNOWN),
                Arguments.of(
                        "signed as a certificate and not as a precertificate",
                        TestLog.issue(
                                CA,
                                CertificateSpec.leaf(HOST),
                                bare -> List.of(ONE.sctOf(bare, BEFORE))),
                        KNOWN),
                Arguments.of(
                        "a log that is pending or was rejected",
                        embedded(BEFORE, ONE),
                        KnownLogs.of(NOW, List.of(standing(ONE, new Standing.Worthless())))),
                Arguments.of(
                        "a log that was retired before",
                        embedded(BEFORE, ONE),
                        KnownLogs.of(NOW, List.of(standing(ONE, new Standing.RetiredAt(BEFORE))))),
                Arguments.of(
                        "a log for certificates that expire earlier",
                        embedded(BEFORE, ONE),
                        KnownLogs.of(NOW, List.of(until(ONE, NOW)))),
                Arguments.of(
                        "a log for certificates that expire later",
                        embedded(BEFORE, ONE),
                        KnownLogs.of(NOW, List.of(from(ONE, NOW.plus(Duration.ofDays(4000)))))));
    }

    @Test
    void a_log_takes_what_expires_in_its_interval_and_the_end_is_outside() {
        var leaf = embedded(BEFORE, ONE);
        var notAfter = leaf.certificate().getNotAfter().toInstant();

        assertThat(of(leaf, KnownLogs.of(NOW, List.of(from(ONE, notAfter)))).logs()).hasSize(1);
        assertThat(of(leaf, KnownLogs.of(NOW, List.of(until(ONE, notAfter)))).logs()).isEmpty();
    }

    // checklist 20
    @Test
    void a_retired_log_counts_for_what_it_said_before_beside_one_in_force() {
        var retired = standing(TWO, new Standing.RetiredAt(BEFORE.plusMillis(1)));
        var both =
                of(embedded(BEFORE, ONE, TWO), KnownLogs.of(NOW, List.of(inForce(ONE), retired)));
        var alone = of(embedded(BEFORE, TWO), KnownLogs.of(NOW, List.of(retired)));

        assertThat(both.retired()).containsExactly(retired);
        assertThat(both.has(2)).isTrue();
        assertThat(alone.has(1)).isFalse();
    }

    // checklist 20
    @Test
    void a_stapled_response_may_bring_them() {
        var leaf = PKI.leaf(HOST);
        var certificate = leaf.certificate();
        var staple =
                CA.ocsp(
                        OcspSpec.at(NOW)
                                .good(certificate)
                                .scts(
                                        ONE.sctOf(certificate, BEFORE),
                                        TWO.sctOf(certificate, BEFORE)));
        var anothers =
                CA.ocsp(
                        OcspSpec.at(NOW)
                                .good(certificate)
                                .scts(ONE.sctOf(PKI.leaf("other.example").certificate(), BEFORE)));

        assertThat(Publicity.of(verified(leaf), Optional.of(staple), KNOWN, NOW).has(2)).isTrue();
        assertThat(Publicity.of(verified(leaf), Optional.of(anothers), KNOWN, NOW).logs())
                .isEmpty();
    }

    @Test
    void no_byte_of_a_staple_makes_an_exception() {
        var leaf = PKI.leaf(HOST);
        var upstream = verified(leaf);
        var staple =
                CA.ocsp(
                        OcspSpec.at(NOW)
                                .good(leaf.certificate())
                                .scts(ONE.sctOf(leaf.certificate(), BEFORE)));
        for (int i = 0; i < staple.length; i++) {
            var mutant = staple.clone();
            mutant[i] ^= 0x55;
            assertThat(Publicity.of(upstream, Optional.of(mutant), KNOWN, NOW).logs())
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    /** Everything in an SCT is signed, or says how. checklist 20 */
    @Test
    void an_SCT_with_any_byte_changed_does_not_count_and_is_no_exception() {
        var spec = CertificateSpec.leaf(HOST).key(KeySpec.EC_P256.generate());
        var bare = CA.issue(spec).certificate();
        spec.serial(bare.getSerialNumber());
        var good = ONE.sctBefore(bare, CA.certificate(), BEFORE);
        assertThat(of(TestLog.issue(CA, spec, _ -> List.of(good))).logs()).hasSize(1);
        for (int i = 0; i < good.length; i++) {
            for (var flip : new int[] {0x01, 0x80, 0xff}) {
                var mutant = good.clone();
                mutant[i] ^= (byte) flip;
                assertThat(of(TestLog.issue(CA, spec, _ -> List.of(mutant))).logs())
                        .as("byte %d xor 0x%02x", i, flip)
                        .isEmpty();
            }
        }
    }

    @Test
    void lists_that_are_not_whole_hold_nothing() {
        var sct = ONE.sctOf(PKI.leaf(HOST).certificate(), BEFORE);
        var list = TestLog.list(List.of(sct, sct));

        assertThat(Sct.list(list)).hasSize(2);
        for (int length = 0; length < list.length; length++) {
            var cut = java.util.Arrays.copyOf(list, length);
            assertThat(Sct.list(cut)).as("%d bytes", length).isEmpty();
        }
        assertThat(Sct.list(java.util.Arrays.copyOf(list, list.length + 1))).isEmpty();
        assertThat(Sct.list(TestLog.list(List.of(new byte[0])))).isEmpty();
    }

    @Test
    void an_SCT_of_a_later_version_is_passed_over() {
        var sct = ONE.sctOf(PKI.leaf(HOST).certificate(), BEFORE);
        var later = new byte[] {1, 2, 3};

        assertThat(Sct.list(TestLog.list(List.of(later, sct)))).hasSize(1);
    }

    // checklist 20
    @Test
    void a_long_list_costs_a_bounded_number_of_signatures() {
        // Each by a known log, well-formed, and false.
        var many =
                TestLog.issue(
                        CA,
                        CertificateSpec.leaf(HOST),
                        bare ->
                                Collections.nCopies(
                                        300, ONE.sctBefore(bare, PKI.anchor(), BEFORE)));
        var behind = new ArrayList<byte[]>();
        var publicity = of(many);

        assertThat(publicity.ignored()).isEqualTo(Sct.MOST);
        var last =
                TestLog.issue(
                        CA,
                        CertificateSpec.leaf(HOST),
                        bare -> {
                            behind.addAll(
                                    Collections.nCopies(
                                            Publicity.MOST_SIGNATURES,
                                            ONE.sctBefore(bare, PKI.anchor(), BEFORE)));
                            behind.add(TWO.sctBefore(bare, CA.certificate(), BEFORE));
                            return behind;
                        });
        assertThat(of(last).logs()).as("behind as many as are looked at").isEmpty();
    }

    /** RFC 6962 §2.1.4 */
    @ParameterizedTest
    @EnumSource(names = {"EC_P384", "RSA_1024", "ED25519"})
    void a_log_has_a_key_of_two_kinds_only(KeySpec kind) {
        var key = kind.generate().getPublic();

        assertThatThrownBy(
                        () ->
                                new CertificateLog(
                                        "odd",
                                        "Nobody",
                                        key,
                                        new Standing.InForce(),
                                        Optional.empty(),
                                        Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** cloudflare.com in December 2023, and its logs' keys. checklist 20 */
    @Test
    void a_certificate_of_the_public_web_has_three() throws Exception {
        var at = Instant.parse("2023-12-05T00:00:00Z");
        var chain = pem("/transparency/cloudflare.com.pem");
        var anchor = chain.removeLast();
        var verdict =
                new BoundedChainVerifier(TrustAnchors.of(List.of(anchor)))
                        .verify(
                                new PresentedChain(chain),
                                ReferenceIdentity.parse("cloudflare.com").orElseThrow(),
                                at);
        assertThat(verdict).isInstanceOf(Verdict.Verified.class);
        var upstream = ((Verdict.Verified) verdict).upstream();
        var known =
                KnownLogs.of(
                        at,
                        List.of(
                                publicLog("Google 'Xenon2024' log", "Google", XENON_2024),
                                publicLog("DigiCert Yeti2024 Log", "DigiCert", YETI_2024),
                                publicLog(
                                        "Cloudflare 'Nimbus2024' Log", "Cloudflare", NIMBUS_2024)));

        var publicity = Publicity.of(upstream, Optional.empty(), known, at);

        assertThat(publicity.logs()).hasSize(3);
        assertThat(publicity.operators()).isEqualTo(3);
        assertThat(publicity.has(3)).isTrue();
        assertThat(publicity.text())
                .isEqualTo("promises of 3 logs (0 of them retired) by 3 operators count, 0 do not");
    }

    private static Publicity of(TestIdentity leaf) {
        return of(leaf, KNOWN);
    }

    private static Publicity of(TestIdentity leaf, KnownLogs known) {
        return Publicity.of(verified(leaf), Optional.empty(), known, NOW);
    }

    private static VerifiedUpstream verified(TestIdentity leaf) {
        var verdict =
                new BoundedChainVerifier(TrustAnchors.of(List.of(PKI.anchor())))
                        .verify(
                                new PresentedChain(leaf.chain()),
                                ReferenceIdentity.parse(HOST).orElseThrow(),
                                NOW);
        assertThat(verdict).isInstanceOf(Verdict.Verified.class);
        return ((Verdict.Verified) verdict).upstream();
    }

    private static TestIdentity embedded(Instant at, TestLog... logs) {
        return TestLog.issue(CA, CertificateSpec.leaf(HOST), at, logs);
    }

    private static TestIdentity issued(List<byte[]> scts) {
        return TestLog.issue(CA, CertificateSpec.leaf(HOST), _ -> scts);
    }

    private static CertificateLog inForce(TestLog log) {
        return standing(log, new Standing.InForce());
    }

    private static CertificateLog standing(TestLog log, Standing standing) {
        return new CertificateLog(
                log.name(),
                log.operator(),
                log.key(),
                standing,
                Optional.empty(),
                Optional.empty());
    }

    private static CertificateLog from(TestLog log, Instant from) {
        return new CertificateLog(
                log.name(),
                log.operator(),
                log.key(),
                new Standing.InForce(),
                Optional.of(from),
                Optional.empty());
    }

    private static CertificateLog until(TestLog log, Instant until) {
        return new CertificateLog(
                log.name(),
                log.operator(),
                log.key(),
                new Standing.InForce(),
                Optional.empty(),
                Optional.of(until));
    }

    private static CertificateLog publicLog(String name, String operator, String key)
            throws Exception {
        PublicKey publicKey =
                KeyFactory.getInstance("EC")
                        .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(key)));
        return new CertificateLog(
                name,
                operator,
                publicKey,
                new Standing.InForce(),
                Optional.of(Instant.parse("2024-01-01T00:00:00Z")),
                Optional.of(Instant.parse("2025-01-01T00:00:00Z")));
    }

    private static List<X509Certificate> pem(String resource) throws Exception {
        try (InputStream in =
                Objects.requireNonNull(PublicityTest.class.getResourceAsStream(resource))) {
            var certificates = new ArrayList<X509Certificate>();
            for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                certificates.add((X509Certificate) each);
            }
            return certificates;
        } catch (IOException e) {
            throw new IllegalStateException(resource, e);
        }
    }

    private static final String XENON_2024 =
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEuWDgNB415GUAk0+QCb1a7ETdjA/O7RE+KllGmjG2x5n33O89"
                    + "zY+GwjWlPtwpurvyVOKoDIMIUQbeIW02UI44TQ==";
    private static final String YETI_2024 =
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEV7jBbzCkfy7k8NDZYGITleN6405Tw7O4c4XBGA0jDliE0njv"
                    + "m7MeLBrewY+BGxlEWLcAd2AgGnLYgt6unrHGSw==";
    private static final String NIMBUS_2024 =
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEd7Gbe4/mizX+OpIpLayKjVGKJfyTttegiyk3cR0zyswz6ii5"
                    + "H+Ksw6ld3Ze+9p6UJd02gdHrXSnDK0TxW8oVSA==";
}
