package io.overt.edge.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.ChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.ReferenceIdentity.DnsName;
import io.overt.x509.TrustAnchors;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.Verdict;
import io.overt.x509.Verdict.Untrusted;
import io.overt.x509.Verdict.Verified;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

// checklist 26
class VerdictCacheTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final DnsName HOST = new DnsName("www.example.com");
    private static final DnsName OTHER = new DnsName("other.example.com");
    private static final DnsName ELSEWHERE = new DnsName("www.example.net");

    private final TestAuthority root = TestAuthority.root(CertificateSpec.ca("Root"), NOW);
    private final TestAuthority second = TestAuthority.root(CertificateSpec.ca("Second"), NOW);
    private final TestAuthority ca = root.subordinate(CertificateSpec.ca("CA"));
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private TrustStore.InForce anchors = trusting(root);
    private Duration age = Duration.ZERO;
    private int verifications;
    private final VerdictCache cache = cache(100);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 42, 1_000_003})
    void what_it_says_is_what_the_verifier_says(long seed) {
        var random = new Random(seed);
        var chains = chains();
        var names = List.<ReferenceIdentity>of(HOST, OTHER, ELSEWHERE);
        var stores = List.of(trusting(root), trusting(second), trusting(root, second));
        var small = cache(5);
        var verified = 0;
        for (var step = 0; step < 300; step++) {
            if (random.nextInt(10) == 0) {
                anchors = stores.get(random.nextInt(stores.size()));
            }
            age = age.plusSeconds(random.nextInt(20));
            var chain = chains.get(random.nextInt(chains.size()));
            var name = names.get(random.nextInt(names.size()));
            var at = moment(chain, random);
            var expected = anchors.verifier().verify(chain, name, at);
            var each = random.nextBoolean() ? cache : small;

            var said = each.verify(chain, name, at);

            var what = "seed " + seed + ", step " + step + ", " + name + " at " + at;
            switch (expected) {
                case Untrusted untrusted -> assertThat(said).as(what).isEqualTo(untrusted);
                case Verified(var fresh) -> {
                    verified++;
                    assertThat(said)
                            .as(what)
                            .isInstanceOfSatisfying(
                                    Verified.class,
                                    known -> {
                                        var upstream = known.upstream();
                                        assertThat(upstream.chain()).isEqualTo(chain);
                                        assertThat(upstream.name()).isEqualTo(name);
                                        assertThat(upstream.path()).isEqualTo(fresh.path());
                                        assertThat(upstream.isWithinValidity(at)).isTrue();
                                    });
                }
            }
        }
        assertThat(verified).as("steps that say anything about hits").isGreaterThan(30);
        assertThat(counted("hit")).isGreaterThan(5);
    }

    /** Beginnings and ends of what is in the chain, and a second to either side. */
    private static Instant moment(PresentedChain chain, Random random) {
        var moments = new ArrayList<>(List.of(NOW, NOW, NOW));
        for (var certificate : chain.certificates()) {
            moments.add(certificate.getNotBefore().toInstant());
            moments.add(certificate.getNotAfter().toInstant());
        }
        return moments.get(random.nextInt(moments.size())).plusMillis(random.nextInt(2001) - 1000);
    }

    private List<PresentedChain> chains() {
        var leaf = ca.issue(CertificateSpec.leaf("www.example.com", "other.example.com"));
        var brief =
                ca.issue(
                        CertificateSpec.leaf("*.example.com")
                                .valid(NOW.minusSeconds(3600), NOW.plusSeconds(3600)));
        var briefCa =
                root.subordinate(
                        CertificateSpec.ca("Brief CA")
                                .valid(NOW.minusSeconds(7200), NOW.plusSeconds(1800)));
        var expired =
                ca.issue(
                        CertificateSpec.leaf("www.example.com")
                                .valid(NOW.minusSeconds(7200), NOW.minusSeconds(3600)));
        return List.of(
                new PresentedChain(leaf.chain()),
                new PresentedChain(List.of(leaf.certificate())),
                new PresentedChain(List.of(leaf.certificate(), second.certificate())),
                new PresentedChain(brief.chain()),
                new PresentedChain(briefCa.issue(CertificateSpec.leaf("www.example.com")).chain()),
                new PresentedChain(expired.chain()),
                new PresentedChain(second.issue(CertificateSpec.leaf("www.example.com")).chain()));
    }

    @Test
    void a_chain_is_verified_once_for_each_name() {
        var chain = chain(ca);
        assertThat(List.of(counted("hit"), counted("miss"), counted("outside-validity")))
                .as("from the start")
                .containsOnly(0.0);

        var first = (Verified) cache.verify(chain, HOST, NOW);
        var again = (Verified) cache.verify(copy(chain), HOST, NOW.plusSeconds(60));
        cache.verify(chain, OTHER, NOW);

        assertThat(again.upstream()).isSameAs(first.upstream());
        assertThat(again.upstream().verifiedAt()).as("when it was verified").isEqualTo(NOW);
        assertThat(verifications).isEqualTo(2);
        assertThat(counted("hit")).isEqualTo(1);
        assertThat(counted("miss")).isEqualTo(2);
    }

    @Test
    void another_chain_of_the_same_leaf_is_another_chain() {
        var leaf = ca.issue(CertificateSpec.leaf("www.example.com"));
        cache.verify(new PresentedChain(leaf.chain()), HOST, NOW);

        assertThat(cache.verify(new PresentedChain(List.of(leaf.certificate())), HOST, NOW))
                .isInstanceOf(Untrusted.class);
        assertThat(
                        cache.verify(
                                new PresentedChain(
                                        List.of(
                                                leaf.certificate(),
                                                ca.certificate(),
                                                second.certificate())),
                                HOST,
                                NOW))
                .isInstanceOf(Verified.class);
        assertThat(verifications).isEqualTo(3);
    }

    @Test
    void once_the_anchors_are_others_everything_is_verified_anew() {
        var chain = chain(ca);
        cache.verify(chain, HOST, NOW);

        anchors = trusting(second);
        assertThat(cache.verify(chain, HOST, NOW)).isInstanceOf(Untrusted.class);

        anchors = trusting(root);
        assertThat(cache.verify(chain, HOST, NOW)).isInstanceOf(Verified.class);
        assertThat(counted("hit")).as("the same set once more").isEqualTo(1);
    }

    @Test
    void what_was_verified_with_other_anchors_than_those_in_force_is_theirs() {
        var chain = chain(ca);
        var old = anchors;
        anchors =
                new TrustStore.InForce(
                        (chained, name, at) -> {
                            anchors = trusting(second);
                            return old.verifier().verify(chained, name, at);
                        },
                        "late",
                        1);

        assertThat(cache.verify(chain, HOST, NOW))
                .as("begun with the old")
                .isInstanceOf(Verified.class);
        assertThat(cache.verify(chain, HOST, NOW)).isInstanceOf(Untrusted.class);
    }

    @Test
    void a_certificate_that_ends_ends_the_verdict_however_young_it_is() {
        var brief =
                new PresentedChain(
                        ca.issue(
                                        CertificateSpec.leaf("www.example.com")
                                                .valid(NOW.minusSeconds(10), NOW.plusSeconds(10)))
                                .chain());
        assertThat(cache.verify(brief, HOST, NOW)).isInstanceOf(Verified.class);

        assertThat(kinds(cache.verify(brief, HOST, NOW.plusSeconds(12))))
                .containsExactly(Kind.EXPIRED);
        assertThat(kinds(cache.verify(brief, HOST, NOW.minusSeconds(12))))
                .as("the clock was set back")
                .containsExactly(Kind.NOT_YET_VALID);
        assertThat(cache.verify(brief, HOST, NOW)).isInstanceOf(Verified.class);
        assertThat(counted("outside-validity")).isEqualTo(2);
        assertThat(counted("hit")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"INTERNAL", "TOO_COMPLEX", "UNKNOWN_ISSUER", "NOT_YET_VALID"})
    void a_refusal_is_not_remembered(Kind kind) {
        var chain = chain(ca);
        var real = anchors;
        anchors =
                new TrustStore.InForce(
                        (_, _, _) -> new Untrusted(List.of(new UntrustedReason(kind, "this once"))),
                        real.version(),
                        1);
        assertThat(cache.verify(chain, HOST, NOW)).isInstanceOf(Untrusted.class);

        anchors = real;
        assertThat(cache.verify(chain, HOST, NOW)).isInstanceOf(Verified.class);
    }

    @Test
    void a_verdict_is_forgotten_when_it_is_old() {
        var chain = chain(ca);
        cache.verify(chain, HOST, NOW);
        age = Duration.ofMinutes(59);
        cache.verify(chain, HOST, NOW);
        assertThat(verifications).isEqualTo(1);

        age = Duration.ofMinutes(61);
        cache.verify(chain, HOST, NOW);
        assertThat(verifications).as("use does not make it younger").isEqualTo(2);
    }

    @Test
    void no_more_are_kept_than_configured() {
        var small = cache(3);
        for (var i = 0; i < 20; i++) {
            small.verify(chain(ca), HOST, NOW);
        }
        assertThat(small.size()).isBetween(1L, 3L);

        var none = cache(0);
        var chain = chain(ca);
        verifications = 0;
        none.verify(chain, HOST, NOW);
        none.verify(chain, HOST, NOW);
        assertThat(verifications).isEqualTo(2);
    }

    private static List<Kind> kinds(Verdict verdict) {
        return ((Untrusted) verdict).reasons().stream().map(UntrustedReason::kind).toList();
    }

    private static PresentedChain chain(TestAuthority by) {
        return new PresentedChain(
                by.issue(CertificateSpec.leaf("www.example.com", "other.example.com")).chain());
    }

    /** As another connection has it: equal bytes, other objects. */
    private static PresentedChain copy(PresentedChain chain) {
        try {
            return PresentedChain.parse(chain.encoded());
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    private VerdictCache cache(int most) {
        return cache(() -> anchors, most);
    }

    private VerdictCache cache(Supplier<TrustStore.InForce> from, int most) {
        return new VerdictCache(
                from,
                new VerdictCacheConfig(most, Duration.ofHours(1)),
                () -> age.toNanos(),
                meters);
    }

    private TrustStore.InForce trusting(TestAuthority... roots) {
        var trusted =
                TrustAnchors.of(List.of(roots).stream().map(TestAuthority::certificate).toList());
        ChainVerifier verifier = new BoundedChainVerifier(trusted);
        return new TrustStore.InForce(
                (chain, name, at) -> {
                    verifications++;
                    return verifier.verify(chain, name, at);
                },
                trusted.version(),
                roots.length);
    }

    private double counted(String result) {
        return meters.counter("overt.edge.verdict.cache", "result", result).count();
    }
}
