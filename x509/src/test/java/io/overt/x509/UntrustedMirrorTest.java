package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.Fault;
import io.overt.testkit.pki.FaultyUpstream;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.Pem;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.Mirroring.Mirrored;
import io.overt.x509.Mirroring.NotMirrorable;
import io.overt.x509.UntrustedReason.Kind;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Upstreams that are not good, mirrored by the issuing CA that nobody trusts, before the validators
 * of clients: with our trusted root they refuse; with the untrusted one added, what is left is the
 * upstream's own fault. checklist 51
 */
class UntrustedMirrorTest {
    private static final KeyPair LEAF_KEY = KeySpec.EC_P256.generate();
    private static final TestPki INTERNET = TestPki.create();
    private static final TestAuthority TRUSTED_ROOT =
            TestAuthority.root(CertificateSpec.ca("Example Ltd Inspection Root"), INTERNET.now());
    private static final TestAuthority TRUSTED =
            TRUSTED_ROOT.subordinate(CertificateSpec.ca("Example Ltd Inspection CA").pathLength(0));
    private static final TestAuthority UNTRUSTED =
            TestAuthority.root(
                    CertificateSpec.ca("Example Ltd Untrusted Inspection CA").pathLength(0),
                    INTERNET.now());
    private static final IssuingCa UNTRUSTED_CA =
            new IssuingCa(UNTRUSTED.certificate(), List.of(), List.of(), IssuerTrust.UNTRUSTED);

    @TempDir private Path directory;

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "EXPIRED, certificate has expired",
        "NOT_YET_VALID, certificate is not yet valid",
        "WRONG_HOST, hostname mismatch",
        "CLIENT_ONLY_LEAF, unsuitable certificate purpose",
        // Nothing is wrong with the leaf itself; only that nobody knows who issued it.
        "SELF_SIGNED, leaf.pem: OK",
        "UNTRUSTED_ROOT, leaf.pem: OK",
        "MISSING_INTERMEDIATE, leaf.pem: OK",
        "NO_KEY_IDENTIFIER, leaf.pem: OK",
    })
    void a_fault_is_mirrored_and_nobody_trusts_the_leaf(Fault fault, String leftOver)
            throws Exception {
        X509Certificate leaf = forge(fault);

        assertThat(openssl(leaf, TRUSTED_ROOT.certificate()))
                .contains("unable to get")
                .contains("verification failed");
        assertThatThrownBy(() -> jdk(leaf, TRUSTED_ROOT.certificate()))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("unable to find valid certification path");
        assertThat(ours(leaf, TRUSTED_ROOT.certificate())).isInstanceOf(Verdict.Untrusted.class);

        assertThat(openssl(leaf, TRUSTED_ROOT.certificate(), UNTRUSTED.certificate()))
                .contains(leftOver);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(names = {"EXPIRED", "NOT_YET_VALID"})
    void the_validity_is_the_upstreams_to_the_second_whatever_the_recipe(Fault fault) {
        FaultyUpstream faulty = fault.in(INTERNET);
        for (Recipe recipe : Recipe.values()) {
            TbsCertificateDer tbs = ForgedChains.mirrored(derive(faulty, recipe));
            X509Certificate leaf = tbs.assemble(UNTRUSTED.sign(tbs.der()));

            assertThat(leaf.getNotBefore()).isEqualTo(upstream(faulty).getNotBefore());
            assertThat(leaf.getNotAfter()).isEqualTo(upstream(faulty).getNotAfter());
        }
    }

    @Test
    void a_leaf_without_names_is_mirrored_without_names() throws Exception {
        assertThat(forge(Fault.COMMON_NAME_ONLY).getSubjectAlternativeNames()).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(
            names = {
                "BAD_SIGNATURE",
                "RSA_1024_LEAF",
                "CA_AS_LEAF",
                "UNKNOWN_CRITICAL_LEAF",
                "VERSION_1_LEAF",
                "MALFORMED_NAMES"
            })
    void what_would_be_hidden_or_cannot_be_said_is_not_mirrored(Fault fault) {
        FaultyUpstream faulty = fault.in(INTERNET);
        Optional<UntrustedUpstream> evidence = evidence(faulty);

        assertThat(evidence.isEmpty() || derive(faulty, Recipe.MIRROR) instanceof NotMirrorable)
                .isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(names = {"OWN_CA", "REVOKED", "WEAK_KEY", "INTERNAL", "TOO_COMPLEX"})
    void one_reason_that_cannot_be_shown_is_enough(Kind kind) {
        PresentedChain chain = new PresentedChain(Fault.EXPIRED.in(INTERNET).identity().chain());

        assertThat(
                        UntrustedUpstream.of(
                                chain,
                                name(),
                                Instant.now(),
                                List.of(
                                        new UntrustedReason(Kind.EXPIRED, "yesterday"),
                                        new UntrustedReason(kind, "and this"))))
                .isEmpty();
    }

    /** checklist 50, 51: the trusted issuer takes no chain that was not verified, nor the other. */
    @Test
    void verdict_and_issuer_must_agree() {
        FaultyUpstream expired = Fault.EXPIRED.in(INTERNET);
        UntrustedUpstream untrusted = evidence(expired).orElseThrow();
        VerifiedUpstream verified = verified();
        LeafPublicKey key = LeafPublicKey.of(LEAF_KEY.getPublic());
        MirrorProfile profile = ForgedChains.profile(Recipe.MIRROR);
        Epoch epoch = Epoch.at(Instant.now(), ForgedChains.EPOCH_LENGTH);
        IssuingCa trusted = new IssuingCa(TRUSTED.certificate(), List.of(), List.of());

        assertThatThrownBy(() -> MirrorRecipe.derive(untrusted, key, trusted, profile, epoch))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TRUSTED (expected: UNTRUSTED)");
        assertThatThrownBy(() -> MirrorRecipe.derive(verified, key, UNTRUSTED_CA, profile, epoch))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("UNTRUSTED (expected: TRUSTED)");
    }

    @Test
    void one_upstream_has_two_names_in_the_caches() {
        VerifiedUpstream verified = verified();
        UntrustedUpstream untrusted =
                UntrustedUpstream.of(
                                verified.chain(),
                                verified.name(),
                                Instant.now(),
                                List.of(new UntrustedReason(Kind.UNKNOWN_ISSUER, "as seen there")))
                        .orElseThrow();
        LeafPublicKey key = LeafPublicKey.of(LEAF_KEY.getPublic());
        MirrorProfile profile = ForgedChains.profile(Recipe.MIRROR);
        Epoch epoch = Epoch.at(Instant.now(), ForgedChains.EPOCH_LENGTH);

        assertThat(ForgeKey.of(untrusted, key, profile, epoch))
                .isNotEqualTo(ForgeKey.of(verified, key, profile, epoch));
        assertThat(ForgeKey.of(verified, key, profile, epoch))
                .isEqualTo(ForgeKey.of(verified.leaf(), key, profile, epoch));
    }

    @Test
    void a_request_may_go_to_the_name_that_was_met_and_to_those_in_the_certificate() {
        UntrustedUpstream wrongHost = evidence(Fault.WRONG_HOST.in(INTERNET)).orElseThrow();

        assertThat(wrongHost.names(name())).isTrue();
        assertThat(wrongHost.names(new ReferenceIdentity.DnsName("other.example.com"))).isTrue();
        assertThat(wrongHost.names(new ReferenceIdentity.DnsName("third.example.com"))).isFalse();
    }

    /** Each kind is decided about, so that a new one is not shown by accident. */
    @Test
    void some_kinds_are_shown_and_some_are_not() {
        PresentedChain chain = new PresentedChain(INTERNET.leaf(Fault.HOST).chain());
        Set<Kind> shown = EnumSet.noneOf(Kind.class);
        for (Kind kind : Kind.values()) {
            UntrustedUpstream.of(
                            chain,
                            name(),
                            Instant.now(),
                            List.of(new UntrustedReason(kind, "as seen")))
                    .ifPresent(_ -> shown.add(kind));
        }

        assertThat(shown)
                .contains(Kind.EXPIRED, Kind.NAME_MISMATCH, Kind.SELF_SIGNED, Kind.UNTRUSTED_ROOT)
                .doesNotContain(Kind.OWN_CA, Kind.REVOKED, Kind.WEAK_KEY, Kind.INTERNAL);
    }

    private static X509Certificate forge(Fault fault) {
        return switch (derive(fault.in(INTERNET), Recipe.MIRROR)) {
            case Mirrored(TbsCertificateDer tbs) -> tbs.assemble(UNTRUSTED.sign(tbs.der()));
            case NotMirrorable not -> throw new AssertionError(not.toString());
        };
    }

    /** And what is derived keeps the rules that are asked of an untrusted issuer's leaves. */
    private static Mirroring derive(FaultyUpstream faulty, Recipe recipe) {
        LeafPublicKey key = LeafPublicKey.of(LEAF_KEY.getPublic());
        Epoch epoch = Epoch.at(Instant.now(), ForgedChains.EPOCH_LENGTH);
        Mirroring mirroring =
                MirrorRecipe.derive(
                        evidence(faulty).orElseThrow(),
                        key,
                        UNTRUSTED_CA,
                        ForgedChains.profile(recipe),
                        epoch);
        if (mirroring instanceof Mirrored(TbsCertificateDer tbs)) {
            ForgedChains.requireClean(tbs, key, UNTRUSTED_CA, ForgedChains.profile(recipe), epoch);
        }
        return mirroring;
    }

    private static Optional<UntrustedUpstream> evidence(FaultyUpstream faulty) {
        PresentedChain chain = new PresentedChain(faulty.identity().chain());
        Instant now = INTERNET.now();
        Verdict verdict =
                new BoundedChainVerifier(TrustAnchors.of(List.of(faulty.anchor())))
                        .verify(chain, name(), now);
        return switch (verdict) {
            case Verdict.Untrusted(List<UntrustedReason> reasons) ->
                    UntrustedUpstream.of(chain, name(), now, reasons);
            case Verdict.Verified verified -> throw new AssertionError(verified.toString());
        };
    }

    private static VerifiedUpstream verified() {
        Verdict verdict =
                new BoundedChainVerifier(TrustAnchors.of(List.of(INTERNET.anchor())))
                        .verify(
                                new PresentedChain(INTERNET.leaf(Fault.HOST).chain()),
                                name(),
                                INTERNET.now());
        return switch (verdict) {
            case Verdict.Verified(VerifiedUpstream upstream) -> upstream;
            case Verdict.Untrusted untrusted -> throw new AssertionError(untrusted.toString());
        };
    }

    private static ReferenceIdentity name() {
        return new ReferenceIdentity.DnsName(Fault.HOST);
    }

    private static X509Certificate upstream(FaultyUpstream faulty) {
        return faulty.identity().certificate();
    }

    private static Verdict ours(X509Certificate leaf, X509Certificate anchor) {
        return new BoundedChainVerifier(TrustAnchors.of(List.of(anchor)))
                .verify(
                        new PresentedChain(List.of(leaf, UNTRUSTED.certificate())),
                        name(),
                        Instant.now());
    }

    private static void jdk(X509Certificate leaf, X509Certificate anchor) throws Exception {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry("root", anchor);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(anchors);
        ((X509ExtendedTrustManager) factory.getTrustManagers()[0])
                .checkServerTrusted(
                        new X509Certificate[] {leaf, UNTRUSTED.certificate()},
                        "ECDHE_ECDSA",
                        (Socket) null);
    }

    /** What {@code openssl verify} says, whether it is a yes or a no. */
    private String openssl(X509Certificate leaf, X509Certificate... anchors) throws Exception {
        Path roots = Pem.write(directory.resolve("roots.pem"), anchors);
        Path end = Pem.write(directory.resolve("leaf.pem"), leaf);
        List<String> command =
                new ArrayList<>(
                        List.of("openssl", "verify", "-purpose", "sslserver", "-verify_hostname"));
        command.addAll(List.of(Fault.HOST, "-CAfile", roots.toString(), end.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output).as("%s", Arrays.asList(anchors)).isNotEmpty();
        return output;
    }
}
