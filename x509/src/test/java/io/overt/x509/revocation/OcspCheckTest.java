package io.overt.x509.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.OcspSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.revocation.RevocationAnswer.Good;
import io.overt.x509.revocation.RevocationAnswer.Revoked;
import io.overt.x509.revocation.RevocationAnswer.Unusable;
import io.overt.x509.revocation.RevocationAnswer.Why;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A row a rule. */
class OcspCheckTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final TestPki PKI = TestPki.at(NOW);
    private static final TestAuthority CA = PKI.intermediate();
    private static final X509Certificate LEAF = PKI.leaf("www.example.com").certificate();
    private static final X509Certificate OTHER = PKI.leaf("other.example.com").certificate();
    private static final String NOCHECK = "1.3.6.1.5.5.7.48.1.5";

    @Test
    void a_good_certificate_is_good_until_the_next_update() {
        assertThat(answer(OcspSpec.at(NOW).good(LEAF)))
                .isEqualTo(new Good(NOW.plus(Duration.ofDays(7))));
    }

    // checklist 17
    @Test
    void a_revoked_certificate_is_revoked_since_then_and_for_that() {
        assertThat(answer(OcspSpec.at(NOW).revoked(LEAF)))
                .isEqualTo(
                        new Revoked(
                                NOW.minus(Duration.ofDays(1)),
                                Optional.of(CrlReason.KEY_COMPROMISE)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void clears(String clause, UnaryOperator<OcspSpec> spec) {
        assertThat(answer(spec.apply(OcspSpec.at(NOW).good(LEAF)))).isInstanceOf(Good.class);
    }

    static Stream<Arguments> clears() {
        return Stream.of(
                row("RFC 6960 §4.1.1: named by SHA-256", OcspSpec::sha256),
                row("RFC 6960 §4.2.2.3: the issuer names itself by name", OcspSpec::byName),
                row("RFC 6960 §2.2: an answer about others too", s -> s.revoked(OTHER)),
                row("RFC 6960 §4.2.2.2: a delegated responder", s -> s.by(CA.issue(responder()))),
                row(
                        "RFC 6960 §4.2.2.2: a delegated responder, by name",
                        s -> s.by(CA.issue(responder())).byName()),
                row(
                        "a delegated responder, and the issuer shown before it",
                        s -> s.show(CA.certificate()).by(CA.issue(responder()))),
                row(
                        "an unknown extension that is not critical",
                        s -> s.responseExtension(false).singleExtension(false)),
                row(
                        "RFC 6960 §4.2.2.1: no nextUpdate, and an hour old",
                        OcspSpec::withoutNextUpdate),
                row(
                        "clocks four minutes apart, to one side",
                        s ->
                                s.thisUpdate(NOW.plus(Duration.ofMinutes(4)))
                                        .producedAt(NOW.plus(Duration.ofMinutes(4)))),
                row(
                        "clocks four minutes apart, to the other",
                        s -> s.nextUpdate(NOW.minus(Duration.ofMinutes(4)))));
    }

    // checklist 17
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource
    void says_nothing(String clause, Why why, UnaryOperator<OcspSpec> spec) {
        assertUnusable(answer(spec.apply(OcspSpec.at(NOW).good(LEAF))), why);
    }

    static Stream<Arguments> says_nothing() {
        TestAuthority namesake = PKI.root().subordinate(CertificateSpec.ca("Test Intermediate"));
        return Stream.of(
                row("RFC 6960 §3.2 (2): does not verify", Why.BAD_SIGNATURE, OcspSpec::tampered),
                row("SHA-1", Why.WEAK_SIGNATURE, s -> s.signedWith("SHA1withECDSA")),
                row(
                        "§4.2.1: a response type of another kind",
                        Why.UNSUPPORTED,
                        s -> s.responseType("1.3.6.1.5.5.7.48.1.99")),
                row(
                        "§4.1.1: of an issuer by another name",
                        Why.OUT_OF_SCOPE,
                        s -> s.ofIssuer(PKI.anchor())),
                row(
                        "§4.1.1: of an issuer by the same name and another key",
                        Why.OUT_OF_SCOPE,
                        s -> s.ofIssuer(namesake.certificate())),
                row(
                        "§4.1.1: named by a hash that we do not know",
                        Why.OUT_OF_SCOPE,
                        s -> s.hash("2.16.840.1.101.3.4.2.3")),
                row(
                        "§4.2.2.1: from the future",
                        Why.NOT_YET_VALID,
                        s -> s.thisUpdate(NOW.plus(Duration.ofMinutes(6)))),
                row(
                        "§4.2.2.1: produced in the future",
                        Why.NOT_YET_VALID,
                        s -> s.producedAt(NOW.plus(Duration.ofMinutes(6)))),
                row(
                        "§4.2.2.1: nextUpdate is over",
                        Why.STALE,
                        s -> s.nextUpdate(NOW.minus(Duration.ofMinutes(6)))),
                row(
                        "§4.2.2.1: no nextUpdate, and a day old",
                        Why.STALE,
                        s -> s.withoutNextUpdate().thisUpdate(NOW.minus(Duration.ofHours(25)))),
                row(
                        "§4.2.2.1: nextUpdate before thisUpdate",
                        Why.RULE_BROKEN,
                        s -> s.nextUpdate(NOW.minus(Duration.ofHours(2)))),
                row(
                        "§4.4: unknown critical extension of the response",
                        Why.RULE_BROKEN,
                        s -> s.responseExtension(true)),
                row(
                        "§4.4: unknown critical extension of the answer",
                        Why.RULE_BROKEN,
                        s -> s.singleExtension(true)),
                row(
                        "§4.2.2.2: a responder that is not shown",
                        Why.NOT_AUTHORIZED,
                        s -> s.byHidden(CA.issue(responder()))),
                row(
                        "§4.2.2.2: the issuer's name under a responder's signature",
                        Why.BAD_SIGNATURE,
                        s -> s.by(CA.issue(responder())).claiming(CA.certificate())),
                row(
                        "§4.2.2.2: a responder without OCSPSigning",
                        Why.NOT_AUTHORIZED,
                        s -> s.by(CA.issue(responder().without("2.5.29.37")))),
                row(
                        "§4.2.2.2: a responder for anything",
                        Why.NOT_AUTHORIZED,
                        s ->
                                s.by(
                                        CA.issue(
                                                responder()
                                                        .extendedKeyUsage(
                                                                KeyPurposeId
                                                                        .anyExtendedKeyUsage)))),
                row(
                        "§4.2.2.2: an ordinary leaf of the issuer's",
                        Why.NOT_AUTHORIZED,
                        s -> s.by(PKI.leaf("attacker.example"))),
                row(
                        "§4.2.2.2: a responder of another issuer",
                        Why.NOT_AUTHORIZED,
                        s -> s.by(PKI.root().issue(responder()))),
                row(
                        "§4.2.2.2: a responder of an issuer by the same name and another key",
                        Why.BAD_SIGNATURE,
                        s -> s.by(namesake.issue(responder()))),
                row(
                        "§4.2.2.2: a responder that has expired",
                        Why.NOT_AUTHORIZED,
                        s ->
                                s.by(
                                        CA.issue(
                                                responder()
                                                        .valid(
                                                                NOW.minus(Duration.ofDays(30)),
                                                                NOW.minusSeconds(2))))),
                row(
                        "§4.2.2.2: a responder not valid yet",
                        Why.NOT_AUTHORIZED,
                        s ->
                                s.by(
                                        CA.issue(
                                                responder()
                                                        .valid(
                                                                NOW.plusSeconds(2),
                                                                NOW.plus(Duration.ofDays(9)))))),
                row(
                        "§4.2.2.2.1: a responder whose own revocation is not settled",
                        Why.NOT_AUTHORIZED,
                        s -> s.by(CA.issue(responder().without(NOCHECK)))),
                row(
                        "RFC 5280 §4.2.1.3: a responder that may not sign",
                        Why.NOT_AUTHORIZED,
                        s -> s.by(CA.issue(responder().keyUsage(KeyUsage.keyEncipherment)))),
                row(
                        "RFC 5280 §4.2: a responder with an unknown critical extension",
                        Why.NOT_AUTHORIZED,
                        s -> s.by(CA.issue(responder().unknownCritical()))),
                row(
                        "a responder with a short key",
                        Why.WEAK_SIGNATURE,
                        s -> s.by(CA.issue(responder().key(KeySpec.RSA_1024)))),
                row(
                        "a responder whose certificate is signed with SHA-1",
                        Why.WEAK_SIGNATURE,
                        s -> s.by(CA.issue(responder().signedWith("SHA1withECDSA")))),
                row(
                        "more certificates than any responder shows",
                        Why.TOO_LARGE,
                        s ->
                                s.show(OTHER)
                                        .show(OTHER)
                                        .show(OTHER)
                                        .show(OTHER)
                                        .byHidden(CA.issue(responder()))
                                        .show(OTHER)));
    }

    @Test
    void a_responder_that_does_not_know_the_certificate_does_not_clear_it() {
        assertUnusable(answer(OcspSpec.at(NOW).unknown(LEAF)), Why.STATUS_UNKNOWN);
    }

    @Test
    void an_answer_about_another_certificate_says_nothing() {
        assertUnusable(answer(OcspSpec.at(NOW).good(OTHER)), Why.OUT_OF_SCOPE);
    }

    @Test
    void no_answer_at_all_says_nothing() {
        assertUnusable(answer(OcspSpec.at(NOW)), Why.OUT_OF_SCOPE);
    }

    @Test
    void of_two_answers_the_worse_one_counts_in_any_order() {
        assertThat(answer(OcspSpec.at(NOW).good(LEAF).revoked(LEAF))).isInstanceOf(Revoked.class);
        assertThat(answer(OcspSpec.at(NOW).revoked(LEAF).good(LEAF))).isInstanceOf(Revoked.class);
        assertUnusable(answer(OcspSpec.at(NOW).good(LEAF).unknown(LEAF)), Why.STATUS_UNKNOWN);
        assertUnusable(answer(OcspSpec.at(NOW).unknown(LEAF).good(LEAF)), Why.STATUS_UNKNOWN);
    }

    @ParameterizedTest(name = "RFC 6960 §4.2.1: responseStatus {0}")
    @ValueSource(ints = {1, 2, 3, 5, 6, 9})
    void an_error_is_no_answer(int status) {
        assertUnusable(answer(OcspSpec.error(status)), Why.RESPONDER_ERROR);
    }

    @Test
    void successful_without_a_response_is_no_answer() {
        assertUnusable(answer(OcspSpec.error(0)), Why.MALFORMED);
    }

    @Test
    void more_than_is_ever_read_is_not_read() {
        assertUnusable(answer(new byte[OcspCheck.MAX_BYTES + 1]), Why.TOO_LARGE);
    }

    // checklist 25
    @Test
    void no_byte_can_be_changed_cut_off_or_added_and_the_response_still_believed() {
        byte[] good = CA.ocsp(OcspSpec.at(NOW).good(LEAF).by(CA.issue(responder())));
        for (int i = 0; i < good.length; i++) {
            byte[] changed = good.clone();
            changed[i] ^= 0x10;
            assertThat(answer(changed)).as("byte %d", i).isInstanceOf(Unusable.class);
            assertThat(answer(Arrays.copyOf(good, i))).isInstanceOf(Unusable.class);
        }
        assertThat(answer(Arrays.copyOf(good, good.length + 1))).isInstanceOf(Unusable.class);
    }

    @Test
    void a_question_names_the_certificate_that_it_is_about() throws Exception {
        var request =
                new org.bouncycastle.cert.ocsp.OCSPReq(
                        OcspQuestion.der(new IssuedCertificate(LEAF, CA.certificate())));

        assertThat(request.getRequestList()).hasSize(1);
        assertThat(
                        CertId.names(
                                request.getRequestList()[0].getCertID().toASN1Primitive(),
                                new IssuedCertificate(LEAF, CA.certificate())))
                .isTrue();
    }

    private static CertificateSpec responder() {
        return CertificateSpec.leaf()
                .subject("CN=Test Responder")
                .basicConstraints(new BasicConstraints(false))
                .extendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning)
                .extension(NOCHECK, false, DERNull.INSTANCE);
    }

    private static RevocationAnswer answer(OcspSpec spec) {
        return answer(CA.ocsp(spec));
    }

    private static RevocationAnswer answer(byte[] response) {
        return OcspCheck.check(response, new IssuedCertificate(LEAF, CA.certificate()), NOW);
    }

    private static void assertUnusable(RevocationAnswer answer, Why why) {
        assertThat(answer)
                .isInstanceOfSatisfying(
                        Unusable.class,
                        unusable ->
                                assertThat(unusable.why()).as(unusable.detail()).isEqualTo(why));
    }

    private static Arguments row(String clause, UnaryOperator<OcspSpec> spec) {
        return Arguments.of(clause, spec);
    }

    private static Arguments row(String clause, Why why, UnaryOperator<OcspSpec> spec) {
        return Arguments.of(clause, why, spec);
    }
}
