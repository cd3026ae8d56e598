package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.Fault;
import io.overt.testkit.pki.FaultyUpstream;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.ReferenceIdentity.DnsName;
import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.Verdict.Untrusted;
import io.overt.x509.Verdict.Verified;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link ChainVerifier} does. One subclass per implementation. */
abstract class ChainVerifierContract {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final DnsName HOST = new DnsName(Fault.HOST);
    private static final TestPki PKI = TestPki.at(NOW);

    /** The implementation, trusting {@code anchors}. */
    abstract ChainVerifier verifier(TrustAnchors anchors);

    // What must be accepted.

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RSA_1024")
    void accepts_each_safe_kind_of_key(KeySpec key) {
        TestAuthority intermediate =
                PKI.root().subordinate(CertificateSpec.ca("CA of " + key).key(key));

        assertVerified(intermediate.issue(CertificateSpec.leaf(Fault.HOST).key(key)));
    }

    @Test
    void proof_says_what_was_verified() {
        TestIdentity leaf = PKI.leaf(Fault.HOST);

        Verdict verdict = verify(leaf, HOST, NOW, PKI.anchor());

        assertThat(verdict).isInstanceOf(Verified.class);
        VerifiedUpstream upstream = ((Verified) verdict).upstream();
        assertThat(upstream.leaf()).isEqualTo(leaf.certificate());
        assertThat(upstream.chain().certificates()).isEqualTo(leaf.chain());
        assertThat(upstream.path())
                .containsExactly(
                        leaf.certificate(), PKI.intermediate().certificate(), PKI.anchor());
        assertThat(upstream.name()).isEqualTo(HOST);
        assertThat(upstream.verifiedAt()).isEqualTo(NOW);
    }

    @Test
    void accepts_a_leaf_directly_below_the_anchor() {
        assertVerified(PKI.root().issue(CertificateSpec.leaf(Fault.HOST)));
    }

    // checklist 23
    @Test
    void accepts_an_unordered_chain_with_superfluous_certificates() {
        TestAuthority middle = PKI.root().subordinate(CertificateSpec.ca("Middle"));
        TestAuthority lower = middle.subordinate(CertificateSpec.ca("Lower"));
        TestIdentity leaf = lower.issue(CertificateSpec.leaf(Fault.HOST));
        List<X509Certificate> rest =
                new ArrayList<>(
                        List.of(
                                middle.certificate(),
                                lower.certificate(),
                                PKI.anchor(),
                                PKI.intermediate().certificate(),
                                PKI.leaf("unrelated.example").certificate()));
        for (int seed = 0; seed < 10; seed++) {
            Collections.shuffle(rest, new Random(seed));
            assertVerified(leaf.presenting(rest.toArray(X509Certificate[]::new)));
        }
    }

    // checklist 23
    @Test
    void a_bad_cross_certificate_does_not_hide_a_good_path() {
        TestAuthority expired =
                TestAuthority.root(
                        CertificateSpec.ca("Old Root")
                                .valid(NOW.minus(Duration.ofDays(900)), NOW.minusSeconds(1)),
                        NOW);
        var keys = KeySpec.EC_P256.generate();
        TestAuthority intermediate =
                PKI.root().subordinate(CertificateSpec.ca("Crossed").key(keys));
        X509Certificate crossSigned =
                expired.subordinate(CertificateSpec.ca("Crossed").key(keys)).certificate();
        TestIdentity leaf = intermediate.issue(CertificateSpec.leaf(Fault.HOST));

        Verdict verdict =
                verify(
                        leaf.presenting(crossSigned, intermediate.certificate()),
                        HOST,
                        NOW,
                        expired.certificate(),
                        PKI.anchor());

        assertThat(verdict).isInstanceOf(Verified.class);
    }

    // checklist 9
    @Test
    void accepts_what_a_constrained_root_permits() {
        TestAuthority root =
                TestAuthority.root(
                        CertificateSpec.ca("Constrained Root")
                                .nameConstraints(List.of("example.com"), List.of()),
                        NOW);
        TestIdentity leaf =
                root.subordinate(CertificateSpec.ca("Permitted CA"))
                        .issue(CertificateSpec.leaf(Fault.HOST));

        assertThat(verify(leaf, HOST, NOW, root.certificate())).isInstanceOf(Verified.class);
    }

    @Test
    void accepts_what_public_CAs_put_into_certificates() {
        assertVerified(
                PKI.issue(
                        CertificateSpec.leaf(Fault.HOST)
                                .policies("2.23.140.1.1")
                                .scts(2)
                                .mustStaple()
                                .crl("http://crl.example/ca.crl")
                                .authorityInfo("http://ocsp.example", "http://ca.example/ca.cer")));
    }

    @Test
    void accepts_a_leaf_without_key_usage_and_extended_key_usage() {
        assertVerified(
                PKI.issue(
                        CertificateSpec.leaf(Fault.HOST)
                                .without("2.5.29.15")
                                .without("2.5.29.37")));
    }

    // checklist 4, 5
    @ParameterizedTest(name = "{0} names {1}")
    @CsvSource({
        "www.example.com,      www.example.com",
        "WWW.Example.COM,      www.example.com",
        "*.example.com,        www.example.com",
        "*.example.com,        xn--bcher-kva.example.com",
        "www_1.example.com,    www_1.example.com",
        "192.0.2.1,            192.0.2.1",
        "2001:db8::1,          2001:0db8:0::1",
    })
    void accepts_a_name_by_RFC_9525(String presented, String reference) {
        TestIdentity leaf = PKI.issue(CertificateSpec.leaf(presented));

        assertThat(verify(leaf, name(reference), NOW, PKI.anchor())).isInstanceOf(Verified.class);
    }

    // checklist 4, 5, 6
    @ParameterizedTest(name = "{0} does not name {1}")
    @CsvSource({
        "*.example.com,        example.com",
        "*.example.com,        a.b.example.com",
        "www.*.com,            www.example.com",
        "*,                    localhost",
        "*.com,                example.com",
        "*.co.uk,              example.co.uk",
        "f*.example.com,       foo.example.com",
        "*o.example.com,       foo.example.com",
        "**.example.com,       foo.example.com",
        "www.example.com.,     www.example.com",
        "example.com,          www.example.com",
        "192.0.2.1,            192.0.2.2",
        "::ffff:c000:201,      2001:db8::1",
        "2001:db8::1,          2001:db8::2",
    })
    void refuses_a_name_by_RFC_9525(String presented, String reference) {
        TestIdentity leaf = PKI.issue(CertificateSpec.leaf(presented));

        assertKinds(verify(leaf, name(reference), NOW, PKI.anchor()), Kind.NAME_MISMATCH);
    }

    // checklist 4
    @Test
    void an_address_as_a_DNS_name_does_not_count() {
        TestIdentity leaf =
                PKI.issue(
                        CertificateSpec.leaf("www.example.com")
                                .generalName(new GeneralName(GeneralName.dNSName, "192.0.2.1")));

        assertKinds(verify(leaf, name("192.0.2.1"), NOW, PKI.anchor()), Kind.NAME_MISMATCH);
    }

    // What must be refused, and for which reason.

    // checklist 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "EXPIRED,                        EXPIRED",
        "NOT_YET_VALID,                  NOT_YET_VALID",
        "WRONG_HOST,                     NAME_MISMATCH",
        "COMMON_NAME_ONLY,               NO_SUBJECT_ALT_NAME",
        "COMMON_NAME_BESIDE_OTHER_NAMES, NAME_MISMATCH",
        "PARTIAL_WILDCARD,               NAME_MISMATCH",
        "WILDCARD_OVER_TWO_LABELS,       NAME_MISMATCH",
        "SELF_SIGNED,                    SELF_SIGNED",
        "UNTRUSTED_ROOT,                 UNTRUSTED_ROOT",
        "MISSING_INTERMEDIATE,           UNKNOWN_ISSUER",
        "BAD_SIGNATURE,                  BAD_SIGNATURE",
        "SHA1_LEAF,                      WEAK_SIGNATURE",
        "MD5_LEAF,                       WEAK_SIGNATURE",
        "SHA1_INTERMEDIATE,              WEAK_SIGNATURE",
        "RSA_1024_LEAF,                  WEAK_KEY",
        "RSA_1024_INTERMEDIATE,          WEAK_KEY",
        "RSA_1024_ROOT,                  WEAK_KEY",
        "CA_AS_LEAF,                     CA_AS_LEAF",
        "CERT_SIGN_LEAF,                 KEY_USAGE",
        "CRL_SIGN_LEAF,                  KEY_USAGE",
        "CLIENT_ONLY_LEAF,               EXTENDED_KEY_USAGE",
        "CLIENT_ONLY_INTERMEDIATE,       EXTENDED_KEY_USAGE",
        "UNKNOWN_CRITICAL_LEAF,          UNKNOWN_CRITICAL_EXTENSION",
        "UNKNOWN_CRITICAL_INTERMEDIATE,  UNKNOWN_CRITICAL_EXTENSION",
        "UNKNOWN_CRITICAL_ROOT,          UNKNOWN_CRITICAL_EXTENSION",
        "PRECERTIFICATE,                 UNKNOWN_CRITICAL_EXTENSION",
        "EXPIRED_INTERMEDIATE,           EXPIRED",
        "EXPIRED_ROOT,                   EXPIRED",
        "ISSUER_IS_A_LEAF,               NOT_A_CA KEY_USAGE",
        "VERSION_1_INTERMEDIATE,         NOT_VERSION_3",
        "VERSION_1_LEAF,                 NO_SUBJECT_ALT_NAME NOT_VERSION_3",
        "PATH_TOO_LONG,                  PATH_TOO_LONG",
        "EXCLUDED_BY_INTERMEDIATE,       NAME_CONSTRAINTS",
        "NOT_PERMITTED_BY_ROOT,          NAME_CONSTRAINTS",
        "NO_KEY_IDENTIFIER,              NO_KEY_IDENTIFIER",
        "MALFORMED_NAMES,                MALFORMED",
    })
    void refuses(Fault fault, String kinds) {
        FaultyUpstream upstream = fault.in(PKI);

        Verdict verdict = verify(upstream.identity(), HOST, NOW, upstream.anchor());

        Kind[] expected = Arrays.stream(kinds.split(" ")).map(Kind::valueOf).toArray(Kind[]::new);
        assertKinds(verdict, expected);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void no_fault_is_ever_verified(Fault fault) {
        FaultyUpstream upstream = fault.in(PKI);

        assertThat(verify(upstream.identity(), HOST, NOW, upstream.anchor(), PKI.anchor()))
                .isInstanceOf(Untrusted.class);
    }

    @Test
    void every_reason_is_told_not_only_the_first() {
        TestAuthority nobody = TestAuthority.root(CertificateSpec.ca("Nobody"), NOW);
        TestIdentity leaf =
                nobody.issue(
                        CertificateSpec.leaf("other.example")
                                .key(KeySpec.RSA_1024)
                                .valid(NOW.minusSeconds(100), NOW.minusSeconds(1)));

        assertKinds(
                verify(leaf, HOST, NOW, PKI.anchor()),
                Kind.NAME_MISMATCH,
                Kind.EXPIRED,
                Kind.WEAK_KEY,
                Kind.UNKNOWN_ISSUER);
    }

    // checklist 3
    @Test
    void the_first_and_the_last_second_are_inside() {
        Instant first = NOW.minusSeconds(10);
        Instant last = NOW.plusSeconds(10);
        TestIdentity leaf = PKI.issue(CertificateSpec.leaf(Fault.HOST).valid(first, last));

        assertKinds(verify(leaf, HOST, first.minusMillis(1), PKI.anchor()), Kind.NOT_YET_VALID);
        assertThat(verify(leaf, HOST, first, PKI.anchor())).isInstanceOf(Verified.class);
        assertThat(verify(leaf, HOST, last, PKI.anchor())).isInstanceOf(Verified.class);
        assertKinds(verify(leaf, HOST, last.plusSeconds(1), PKI.anchor()), Kind.EXPIRED);
    }

    // checklist 21
    @Test
    void our_own_CA_vouches_for_nothing_even_as_an_anchor() {
        TestIdentity leaf = PKI.leaf(Fault.HOST);
        TrustAnchors anchors =
                TrustAnchors.of(List.of(PKI.anchor(), PKI.intermediate().certificate()));

        assertKinds(
                verifier(anchors.refusing(List.of(PKI.intermediate().certificate())))
                        .verify(new PresentedChain(leaf.chain()), HOST, NOW),
                Kind.OWN_CA);
        assertKinds(
                verifier(anchors.refusing(List.of(PKI.anchor())))
                        .verify(
                                new PresentedChain(
                                        PKI.root().issue(CertificateSpec.leaf(Fault.HOST)).chain()),
                                HOST,
                                NOW),
                Kind.OWN_CA);
    }

    @Test
    void a_store_without_anchors_trusts_nobody() {
        assertKinds(verify(PKI.leaf(Fault.HOST), HOST, NOW), Kind.UNKNOWN_ISSUER);
    }

    // checklist 2, 11, 25
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_chain_with_any_byte_changed_is_never_verified_nor_an_exception(long seed)
            throws Exception {
        Random random = new Random(seed);
        byte[] leaf = PKI.leaf(Fault.HOST).chainDer().getFirst();
        for (int i = 0; i < 100; i++) {
            byte[] changed = leaf.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            PresentedChain chain;
            try {
                chain =
                        PresentedChain.parse(
                                List.of(changed, PKI.intermediate().certificate().getEncoded()));
            } catch (CertificateException _) {
                continue;
            }
            assertThat(verifier(TrustAnchors.of(List.of(PKI.anchor()))).verify(chain, HOST, NOW))
                    .as("seed %d, round %d", seed, i)
                    .isInstanceOf(Untrusted.class);
        }
    }

    /**
     * All intermediates have one name and one key: each may issue each, and the number of paths is
     * a factorial.
     */
    // checklist 24
    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_maze_of_intermediates_ends_in_a_refusal() {
        var keys = KeySpec.EC_P256.generate();
        List<X509Certificate> maze = new ArrayList<>();
        TestAuthority start = TestAuthority.root(CertificateSpec.ca("Maze").key(keys), NOW);
        for (int i = 0; i < PresentedChain.MAX_CERTIFICATES - 1; i++) {
            maze.add(start.subordinate(CertificateSpec.ca("Maze").key(keys)).certificate());
        }
        TestIdentity leaf = start.issue(CertificateSpec.leaf(Fault.HOST));

        assertThat(
                        verify(
                                leaf.presenting(maze.toArray(X509Certificate[]::new)),
                                HOST,
                                NOW,
                                PKI.anchor()))
                .isInstanceOf(Untrusted.class);
    }

    private void assertVerified(TestIdentity leaf) {
        assertThat(verify(leaf, HOST, NOW, PKI.anchor())).isInstanceOf(Verified.class);
    }

    private Verdict verify(
            TestIdentity leaf, ReferenceIdentity name, Instant at, X509Certificate... anchors) {
        return verifier(TrustAnchors.of(List.of(anchors)))
                .verify(new PresentedChain(leaf.chain()), name, at);
    }

    private static ReferenceIdentity name(String text) {
        return ReferenceIdentity.parse(text).orElseThrow();
    }

    private static void assertKinds(Verdict verdict, Kind... kinds) {
        assertThat(verdict).isInstanceOf(Untrusted.class);
        assertThat(((Untrusted) verdict).reasons())
                .extracting(UntrustedReason::kind)
                .containsExactlyInAnyOrder(kinds);
    }
}
