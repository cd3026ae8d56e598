package io.overt.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.flow.Known.TlsSession;
import io.overt.edge.flow.Known.UpstreamSession;
import io.overt.edge.flow.LegComparison.Aspect;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.PresentedChain;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of ADR 0146, and what of ADR 0145 no wire can be made to show. checklist 47, 48, 49 */
class LegComparisonTest {
    private static final TestPki PKI = TestPki.create();

    @ParameterizedTest(name = "{0} behind {1}: {2}")
    @CsvSource(
            nullValues = "none",
            value = {
                "1.3 AES128 X25519MLKEM768, 1.3 AES128 X25519MLKEM768, none",
                "1.3 AES128 x25519, 1.3 AES128 x25519, none",
                "1.3 AES128 P-256, 1.3 AES256 x25519, none",
                "1.3 AES128 x25519, 1.3 CHACHA x25519, none",
                "1.3 AES256 x25519, 1.3 AES128 X25519MLKEM768, key-exchange",
                "1.3 AES128 unsaid, 1.3 AES128 X25519MLKEM768, key-exchange",
                "1.3 AES128 unsaid, 1.3 AES128 x25519, none",
                "1.3 AES128 X25519MLKEM768, 1.3 AES128 x25519, none",
                "1.2 GCM x25519, 1.3 AES128 x25519, version",
                "1.2 GCM x25519, 1.2 GCM P-256, none",
                "1.3 AES128 x25519, 1.2 GCM x25519, none",
                "1.2 CBC P-256, 1.2 GCM x25519, cipher",
                "1.2 CBC P-256, 1.3 AES128 X25519MLKEM768, version key-exchange cipher",
            })
    void is_weaker_in(String upstream, String client, String aspects) {
        assertThat(LegComparison.weaker(session(tls(upstream), KeySpec.EC_P256), tls(client)))
                .extracting(Aspect::text)
                .isEqualTo(aspects == null ? List.of() : Arrays.asList(aspects.split(" ")));
    }

    /** NIST SP 800-57 part 1, table 2; what is less than 112 bits is behind. */
    @ParameterizedTest
    @CsvSource({
        "RSA_1024, 80, RSA 1024, key",
        "RSA_2048, 112, RSA 2048, ''",
        "RSA_3072, 128, RSA 3072, ''",
        "EC_P256, 128, EC P-256, ''",
        "EC_P384, 192, EC P-384, ''",
        "EC_P521, 260, EC P-521, ''",
        "ED25519, 128, Ed25519, ''",
    })
    void keys_have_a_strength_and_a_name(KeySpec key, int bits, String name, String weaker) {
        var tls = tls("1.3 AES128 x25519");
        var session = session(tls, key);
        var leaf = session.chain().leaf();

        assertThat(LegComparison.strength(leaf.getPublicKey())).isEqualTo(bits);
        assertThat(LegComparison.key(leaf)).isEqualTo(name);
        assertThat(LegComparison.weaker(session, tls))
                .extracting(Aspect::text)
                .isEqualTo(weaker.isEmpty() ? List.of() : List.of(weaker));
    }

    @Test
    void a_leaf_signed_with_SHA_1_is_weaker_than_ours() {
        var tls = tls("1.3 AES128 x25519");
        var old = PKI.root().issue(CertificateSpec.leaf("a.example").signedWith("SHA1withECDSA"));

        assertThat(
                        LegComparison.weaker(
                                new UpstreamSession(
                                        tls,
                                        new PresentedChain(old.chain()),
                                        CertificateRequest.NOT_ASKED),
                                tls))
                .containsExactly(Aspect.SIGNATURE);
    }

    @ParameterizedTest(name = "a client of {0} behind which the upstream has {1}")
    @CsvSource(
            nullValues = "none",
            value = {
                // Client's suites of TLS 1.3; upstream's; finding; beyond.
                "1301, TLS_AES_128_GCM_SHA256, none, none",
                "1301, TLS_AES_256_GCM_SHA384, none, cipher suite TLS_AES_256_GCM_SHA384",
                "1301, TLS_CHACHA20_POLY1305_SHA256, none, cipher suite TLS_CHACHA20_POLY1305_SHA256",
                "1302, TLS_AES_128_GCM_SHA256, cipher suite TLS_AES_128_GCM_SHA256, none",
                "1302, TLS_CHACHA20_POLY1305_SHA256, none, cipher suite TLS_CHACHA20_POLY1305_SHA256",
                "1303, TLS_AES_128_GCM_SHA256, cipher suite TLS_AES_128_GCM_SHA256, none",
                "1304, TLS_AES_128_GCM_SHA256, none, cipher suite TLS_AES_128_GCM_SHA256",
            })
    void a_suite_that_was_not_offered(String offered, String got, String finding, String beyond) {
        var hello = hello(List.of(0x0304), List.of(Integer.parseInt(offered, 16)), List.of(0x001d));
        var unoffered =
                Unoffered.by(
                        hello,
                        session(
                                new TlsSession(
                                        "TLSv1.3", got, Optional.of("x25519"), Optional.empty()),
                                KeySpec.EC_P256));

        assertThat(unoffered.findings()).isEqualTo(Optional.ofNullable(finding).stream().toList());
        assertThat(unoffered.beyond()).isEqualTo(Optional.ofNullable(beyond).stream().toList());
    }

    /** Our offer leaves these out; should an engine agree on them all the same, it shows. */
    @Test
    void version_suite_group_and_protocol_that_were_not_offered_are_findings() {
        var hello = hello(List.of(0x0304), List.of(0x1301), List.of(0x001d));
        var unoffered =
                Unoffered.by(
                        hello,
                        session(
                                new TlsSession(
                                        "TLSv1.2",
                                        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                                        Optional.of("P-256"),
                                        Optional.of("h3")),
                                KeySpec.EC_P256));

        assertThat(unoffered.findings())
                .containsExactly(
                        "version TLSv1.2",
                        "cipher suite TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                        "group P-256",
                        "protocol h3");
        assertThat(unoffered.beyond()).isEmpty();
    }

    @Test
    void a_post_quantum_group_that_was_not_offered_is_beyond() {
        var hello = hello(List.of(0x0304), List.of(0x1301), List.of(0x001d));
        var unoffered =
                Unoffered.by(hello, session(tls("1.3 AES128 X25519MLKEM768"), KeySpec.EC_P256));

        assertThat(unoffered.findings()).isEmpty();
        assertThat(unoffered.beyond()).containsExactly("group X25519MLKEM768");
    }

    private static io.overt.edge.hello.ClientHello hello(
            List<Integer> versions, List<Integer> suites, List<Integer> groups) {
        var usual = Cast.hello(Optional.empty(), List.of(), versions, groups, List.of(0x0403));
        return new io.overt.edge.hello.ClientHello(
                usual.message(),
                usual.recordVersion(),
                usual.legacyVersion(),
                usual.serverName(),
                usual.alpn(),
                usual.versions(),
                suites,
                usual.groups(),
                usual.keyShares(),
                usual.signatureAlgorithms(),
                usual.extensions(),
                usual.encryptedClientHello(),
                usual.ja4());
    }

    private static UpstreamSession session(TlsSession tls, KeySpec key) {
        var leaf = PKI.issue(CertificateSpec.leaf("a.example").key(key));
        return new UpstreamSession(
                tls, new PresentedChain(leaf.chain()), CertificateRequest.NOT_ASKED);
    }

    /** Version, cipher and group, in short. */
    private static TlsSession tls(String words) {
        var each = words.split(" ");
        var suite =
                switch (each[1]) {
                    case "AES128" -> "TLS_AES_128_GCM_SHA256";
                    case "AES256" -> "TLS_AES_256_GCM_SHA384";
                    case "CHACHA" -> "TLS_CHACHA20_POLY1305_SHA256";
                    case "GCM" -> "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
                    case "CBC" -> "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA";
                    default -> throw new IllegalArgumentException(words);
                };
        return new TlsSession(
                "TLSv" + each[0],
                suite,
                Optional.of(each[2]).filter(group -> !group.equals("unsaid")),
                Optional.empty());
    }
}
