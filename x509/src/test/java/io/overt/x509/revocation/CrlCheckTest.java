package io.overt.x509.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.CrlSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.revocation.RevocationAnswer.Good;
import io.overt.x509.revocation.RevocationAnswer.Revoked;
import io.overt.x509.revocation.RevocationAnswer.Unusable;
import io.overt.x509.revocation.RevocationAnswer.Why;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A row a rule. */
class CrlCheckTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final TestPki PKI = TestPki.at(NOW);
    private static final TestAuthority CA = PKI.intermediate();
    private static final String POINT = "http://crl.example/7.crl";
    private static final X509Certificate LEAF =
            PKI.issue(CertificateSpec.leaf("www.example.com").crl(POINT)).certificate();
    private static final BigInteger SERIAL = LEAF.getSerialNumber();
    private static final BigInteger OTHER = BigInteger.valueOf(4711);
    private static final Instant YESTERDAY = NOW.minus(Duration.ofDays(1));

    @Test
    void a_certificate_that_is_not_listed_is_good_until_the_next_update() {
        assertThat(answer(CrlSpec.at(NOW).revoke(OTHER)))
                .isEqualTo(new Good(NOW.plus(Duration.ofDays(7))));
    }

    // checklist 17
    @Test
    void a_listed_certificate_is_revoked_and_the_list_says_since_when_and_why() {
        assertThat(answer(CrlSpec.at(NOW).revoke(SERIAL, YESTERDAY, CrlSpec.reason(1))))
                .isEqualTo(new Revoked(YESTERDAY, Optional.of(CrlReason.KEY_COMPROMISE)));
    }

    // checklist 17
    @Test
    void a_revoked_intermediate_is_revoked_by_the_root() {
        var about = new IssuedCertificate(CA.certificate(), PKI.anchor());

        assertThat(
                        CrlCheck.check(
                                PKI.root().crl(CrlSpec.at(NOW).revoke(CA.certificate())),
                                about,
                                NOW))
                .isEqualTo(new Revoked(YESTERDAY, Optional.empty()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void revokes(String clause, UnaryOperator<CrlSpec> spec) {
        assertThat(answer(spec.apply(CrlSpec.at(NOW)))).isInstanceOf(Revoked.class);
    }

    static Stream<Arguments> revokes() {
        return Stream.of(
                row(
                        "RFC 5280 §5.3.1: on hold is revoked while it lasts",
                        s -> s.revoke(SERIAL, YESTERDAY, CrlSpec.reason(6))),
                row(
                        "RFC 5280 §6.3.3 (i): listed is revoked, though the date is to come",
                        s -> s.revoke(SERIAL, NOW.plus(Duration.ofDays(1)))),
                row(
                        "RFC 5280 §6.3.3 (i): listed is revoked, though before it was issued",
                        s -> s.revoke(SERIAL, NOW.minus(Duration.ofDays(4000)))),
                row(
                        "RFC 5280 §5.3: an unknown entry extension that is not critical is ignored",
                        s ->
                                s.revoke(
                                        SERIAL,
                                        YESTERDAY,
                                        CrlSpec.entryExtension(
                                                CertificateSpec.UNKNOWN_EXTENSION,
                                                false,
                                                DERNull.INSTANCE))),
                row("listed twice is revoked all the more", s -> s.revoke(SERIAL).revoke(SERIAL)),
                row(
                        "RFC 5280 §6.3.3: by some reasons only, but listed",
                        s -> s.onlySomeReasons().revoke(SERIAL)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void clears(String clause, UnaryOperator<CrlSpec> spec) {
        assertThat(answer(spec.apply(CrlSpec.at(NOW)))).isInstanceOf(Good.class);
    }

    static Stream<Arguments> clears() {
        return Stream.of(
                row("RFC 5280 §5.1.2.6: nothing is revoked, and no list is there", s -> s),
                row("an empty list, which §5.1.2.6 forbids, is an empty list", CrlSpec::emptyList),
                row(
                        "RFC 5280 §5.2: an unknown extension that is not critical is ignored",
                        s ->
                                s.extension(
                                        CertificateSpec.UNKNOWN_EXTENSION,
                                        false,
                                        DERNull.INSTANCE)),
                row(
                        "RFC 5280 §5.2.1: no authority key identifier; the signature says enough",
                        CrlSpec::withoutAuthorityKeyIdentifier),
                row(
                        "RFC 5280 §5.2.5: for end entities, and it is one",
                        s -> s.only(CrlSpec.Kind.USER)),
                row(
                        "RFC 5280 §6.3.3 (b)(2): of the distribution point that it names",
                        s -> s.distributionPoint(POINT)),
                row(
                        "RFC 5280 §6.3.3 (b)(2): one name in common is enough",
                        s -> s.distributionPoint(uri("ldap://directory.example/cn=7"), uri(POINT))),
                row(
                        "a clock that is four minutes fast",
                        s -> s.thisUpdate(NOW.plus(Duration.ofMinutes(4)))),
                row(
                        "a clock that is four minutes slow",
                        s -> s.nextUpdate(NOW.minus(Duration.ofMinutes(4)))),
                row(
                        "RFC 5280 §5.2.3: a CRLNumber of 20 octets",
                        s ->
                                s.extension(
                                        "2.5.29.20",
                                        false,
                                        new CRLNumber(BigInteger.ONE.shiftLeft(158)))));
    }

    // checklist 17: wrongly signed, stale, wrong issuer, rules for critical extensions
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource
    void says_nothing(String clause, Why why, UnaryOperator<CrlSpec> spec) {
        assertThat(answer(spec.apply(CrlSpec.at(NOW))))
                .isInstanceOfSatisfying(
                        Unusable.class, unusable -> assertThat(unusable.why()).isEqualTo(why));
    }

    static Stream<Arguments> says_nothing() {
        return Stream.of(
                row("§5.1.2.1: version 1", Why.MALFORMED, CrlSpec::withoutVersion),
                row("§5.1.2.1: version 3", Why.MALFORMED, s -> s.version(2)),
                row(
                        "§5.1.2.4: GeneralizedTime before 2050",
                        Why.MALFORMED,
                        CrlSpec::generalizedTime),
                row("§5.1.2.5: no nextUpdate", Why.MALFORMED, CrlSpec::withoutNextUpdate),
                row(
                        "§5.1.2.4: from the future",
                        Why.NOT_YET_VALID,
                        s -> s.thisUpdate(NOW.plus(Duration.ofMinutes(6)))),
                row(
                        "§5.1.2.5: nextUpdate is over",
                        Why.STALE,
                        s ->
                                s.thisUpdate(NOW.minus(Duration.ofDays(9)))
                                        .nextUpdate(NOW.minus(Duration.ofMinutes(6)))),
                row(
                        "§5.1.2.5: nextUpdate before thisUpdate",
                        Why.RULE_BROKEN,
                        s -> s.nextUpdate(NOW.minus(Duration.ofHours(2)))),
                row(
                        "§6.3.3 (b)(1): of another issuer",
                        Why.OTHER_ISSUER,
                        s -> s.issuer(PKI.anchor())),
                row("§6.3.3 (g): does not verify", Why.BAD_SIGNATURE, CrlSpec::tampered),
                row(
                        "§5.1.1.2: two signature algorithms",
                        Why.RULE_BROKEN,
                        s -> s.claimsAlgorithm("1.2.840.10045.4.3.3")),
                row("SHA-1", Why.WEAK_SIGNATURE, s -> s.signedWith("SHA1withECDSA")),
                row("§5.2.3: no CRLNumber", Why.RULE_BROKEN, s -> s.without("2.5.29.20")),
                row(
                        "§5.1.2.7: no extensions at all",
                        Why.RULE_BROKEN,
                        s -> s.without("2.5.29.20").withoutAuthorityKeyIdentifier()),
                row(
                        "§5.2.3: critical CRLNumber",
                        Why.RULE_BROKEN,
                        s -> s.extension("2.5.29.20", true, new CRLNumber(BigInteger.ONE))),
                row(
                        "§5.2.3: negative CRLNumber",
                        Why.RULE_BROKEN,
                        s -> s.extension("2.5.29.20", false, new ASN1Integer(-1))),
                row(
                        "§5.2.3: CRLNumber of 21 octets",
                        Why.RULE_BROKEN,
                        s ->
                                s.extension(
                                        "2.5.29.20",
                                        false,
                                        new CRLNumber(BigInteger.ONE.shiftLeft(160)))),
                row(
                        "§5.2: unknown critical extension",
                        Why.RULE_BROKEN,
                        s ->
                                s.extension(
                                        CertificateSpec.UNKNOWN_EXTENSION, true, DERNull.INSTANCE)),
                row(
                        "§5.2: unknown critical extension, and the certificate is listed",
                        Why.RULE_BROKEN,
                        s ->
                                s.revoke(SERIAL)
                                        .extension(
                                                CertificateSpec.UNKNOWN_EXTENSION,
                                                true,
                                                DERNull.INSTANCE)),
                row(
                        "§5.3: unknown critical extension of another entry",
                        Why.RULE_BROKEN,
                        s ->
                                s.revoke(
                                        OTHER,
                                        YESTERDAY,
                                        CrlSpec.entryExtension(
                                                CertificateSpec.UNKNOWN_EXTENSION,
                                                true,
                                                DERNull.INSTANCE))),
                row(
                        "§5.3.1: removeFromCRL in a complete CRL",
                        Why.RULE_BROKEN,
                        s -> s.revoke(SERIAL, YESTERDAY, CrlSpec.reason(8))),
                row(
                        "§5.3.1: a reason that there is not",
                        Why.MALFORMED,
                        s -> s.revoke(SERIAL, YESTERDAY, CrlSpec.reason(7))),
                row(
                        "§5.3.3: an entry of another issuer",
                        Why.UNSUPPORTED,
                        s ->
                                s.revoke(
                                        OTHER,
                                        YESTERDAY,
                                        CrlSpec.entryExtension(
                                                "2.5.29.29", true, DERNull.INSTANCE))),
                row(
                        "§5.2.4: a delta CRL",
                        Why.UNSUPPORTED,
                        s -> s.extension("2.5.29.27", true, new CRLNumber(BigInteger.ONE))),
                row("§5.2.5: an indirect CRL", Why.UNSUPPORTED, s -> s.only(CrlSpec.Kind.INDIRECT)),
                row("§5.2.5: for CAs", Why.OUT_OF_SCOPE, s -> s.only(CrlSpec.Kind.CA)),
                row(
                        "§5.2.5: for attribute certificates",
                        Why.OUT_OF_SCOPE,
                        s -> s.only(CrlSpec.Kind.ATTRIBUTE)),
                row(
                        "§5.2.5: by some reasons only, and not listed",
                        Why.UNSUPPORTED,
                        CrlSpec::onlySomeReasons),
                row(
                        "§6.3.3 (b)(2): of another distribution point",
                        Why.OUT_OF_SCOPE,
                        s -> s.distributionPoint("http://crl.example/8.crl")),
                row(
                        "BR §7.2.2.1: the same URI, written otherwise",
                        Why.OUT_OF_SCOPE,
                        s -> s.distributionPoint("http://crl.example/%37.crl")),
                row(
                        "BR §7.2.2.1: a distribution point with another kind of name",
                        Why.OUT_OF_SCOPE,
                        s ->
                                s.distributionPoint(
                                        uri(POINT), new GeneralName(GeneralName.dNSName, "a.b"))),
                row(
                        "BR §7.2.2: a serial number twice",
                        Why.RULE_BROKEN,
                        s -> s.revoke(OTHER).revoke(OTHER)));
    }

    @Test
    void a_certificate_without_distribution_points_is_in_no_partition() {
        X509Certificate leaf = PKI.leaf("www.example.com").certificate();

        assertThat(
                        CrlCheck.check(
                                CA.crl(CrlSpec.at(NOW).distributionPoint(POINT)),
                                new IssuedCertificate(leaf, CA.certificate()),
                                NOW))
                .isInstanceOfSatisfying(
                        Unusable.class,
                        unusable -> assertThat(unusable.why()).isEqualTo(Why.OUT_OF_SCOPE));
    }

    @Test
    void an_intermediate_is_not_in_a_list_for_end_entities() {
        var about = new IssuedCertificate(CA.certificate(), PKI.anchor());

        assertThat(
                        CrlCheck.check(
                                PKI.root().crl(CrlSpec.at(NOW).only(CrlSpec.Kind.USER)),
                                about,
                                NOW))
                .isInstanceOfSatisfying(
                        Unusable.class,
                        unusable -> assertThat(unusable.why()).isEqualTo(Why.OUT_OF_SCOPE));
    }

    @Test
    void an_issuer_whose_key_usage_lacks_cRLSign_signs_no_lists() { // RFC 5280 §6.3.3 (f)
        TestAuthority ca =
                PKI.root()
                        .subordinate(CertificateSpec.ca("No Lists").keyUsage(KeyUsage.keyCertSign));

        assertThat(ofLeafBelow(ca))
                .isInstanceOfSatisfying(
                        Unusable.class,
                        unusable -> assertThat(unusable.why()).isEqualTo(Why.NOT_AUTHORIZED));
    }

    @Test
    void an_issuer_without_key_usage_may_sign_lists() { // RFC 5280 §6.3.3 (f)
        TestAuthority ca =
                PKI.root().subordinate(CertificateSpec.ca("Anything").without("2.5.29.15"));

        assertThat(ofLeafBelow(ca)).isInstanceOf(Good.class);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RSA_1024")
    void each_safe_kind_of_key_signs_lists(KeySpec key) {
        assertThat(ofLeafBelow(PKI.root().subordinate(CertificateSpec.ca("CA").key(key))))
                .isInstanceOf(Good.class);
    }

    @Test
    void a_short_key_signs_nothing() {
        assertThat(
                        ofLeafBelow(
                                PKI.root()
                                        .subordinate(
                                                CertificateSpec.ca("CA").key(KeySpec.RSA_1024))))
                .isInstanceOfSatisfying(
                        Unusable.class,
                        unusable -> assertThat(unusable.why()).isEqualTo(Why.WEAK_SIGNATURE));
    }

    @Test
    void a_namesake_with_another_key_signs_for_itself_only() { // RFC 5280 §6.3.3 (g)
        TestAuthority namesake = PKI.root().subordinate(CertificateSpec.ca("Test Intermediate"));

        assertThat(
                        CrlCheck.check(
                                namesake.crl(CrlSpec.at(NOW)),
                                new IssuedCertificate(LEAF, CA.certificate()),
                                NOW))
                .isInstanceOfSatisfying(
                        Unusable.class,
                        unusable -> assertThat(unusable.why()).isEqualTo(Why.BAD_SIGNATURE));
    }

    @Test
    void ten_thousand_entries_are_walked_and_the_last_one_found() {
        Random random = new Random(1);
        CrlSpec spec = CrlSpec.at(NOW);
        for (int i = 0; i < 10_000; i++) {
            spec.revoke(new BigInteger(127, random));
        }
        byte[] without = CA.crl(spec);
        byte[] with = CA.crl(spec.revoke(SERIAL));

        assertThat(answer(without)).isInstanceOf(Good.class);
        assertThat(answer(with)).isInstanceOf(Revoked.class);
    }

    @Test
    void more_than_is_ever_read_is_not_read() {
        assertThat(answer(new byte[CrlCheck.MAX_BYTES + 1]))
                .isInstanceOfSatisfying(
                        Unusable.class,
                        unusable -> assertThat(unusable.why()).isEqualTo(Why.TOO_LARGE));
    }

    // checklist 25
    @Test
    void no_byte_can_be_changed_cut_off_or_added_and_the_list_still_believed() {
        byte[] good = CA.crl(CrlSpec.at(NOW).revoke(OTHER));
        for (int i = 0; i < good.length; i++) {
            byte[] changed = good.clone();
            changed[i] ^= 0x10;
            assertThat(answer(changed)).as("byte %d", i).isInstanceOf(Unusable.class);
            assertThat(answer(Arrays.copyOf(good, i))).isInstanceOf(Unusable.class);
        }
        assertThat(answer(Arrays.copyOf(good, good.length + 1))).isInstanceOf(Unusable.class);
    }

    private static RevocationAnswer ofLeafBelow(TestAuthority ca) {
        X509Certificate leaf = ca.issue(CertificateSpec.leaf("www.example.com")).certificate();
        return CrlCheck.check(
                ca.crl(CrlSpec.at(NOW)), new IssuedCertificate(leaf, ca.certificate()), NOW);
    }

    private static RevocationAnswer answer(CrlSpec spec) {
        return answer(CA.crl(spec));
    }

    private static RevocationAnswer answer(byte[] crl) {
        return CrlCheck.check(crl, new IssuedCertificate(LEAF, CA.certificate()), NOW);
    }

    private static GeneralName uri(String uri) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
    }

    private static Arguments row(String clause, UnaryOperator<CrlSpec> spec) {
        return Arguments.of(clause, spec);
    }

    private static Arguments row(String clause, Why why, UnaryOperator<CrlSpec> spec) {
        return Arguments.of(clause, why, spec);
    }
}
