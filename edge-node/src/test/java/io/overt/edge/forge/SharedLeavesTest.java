package io.overt.edge.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.forge.ForgeResult.Forged;
import io.overt.edge.site.EpochKey;
import io.overt.edge.site.SealedMap;
import io.overt.edge.site.SiteClusterConfig;
import io.overt.edge.site.SiteMap;
import io.overt.edge.site.TestEdges;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.Epoch;
import io.overt.x509.ForgeKey;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.Mirroring;
import io.overt.x509.VerifiedUpstream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two whole forges of one site in front of one signer: what one had signed serves the other, and
 * nothing that somebody else left in the shared map does. Each test has a host of its own; the last
 * ones take the cluster apart.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SharedLeavesTest {
    private final Upstreams upstreams = new Upstreams();
    private final SimpleMeterRegistry metersOfB = new SimpleMeterRegistry();
    private TestEdges edges;
    private TestSigner signer;
    private SiteForge a;
    private SiteForge b;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        edges = new TestEdges(directory, SiteClusterConfig.MemberNetwork.MESH, "a", "b");
        signer = new TestSigner(edges.tls(edges.fleet().site("centre"), "signer", "s"));
        edges.closing(signer::close);
        a = edge("a", new SimpleMeterRegistry());
        b = edge("b", metersOfB);
    }

    @AfterAll
    void close() {
        edges.close();
    }

    @Test
    @Order(1)
    void a_host_met_at_a_and_then_at_b_costs_one_signature() throws Exception {
        VerifiedUpstream upstream = upstreams.of("www.example.com");
        int before = signer.forgeCalls();
        Forged atA = forged(a, upstream);
        awaitShared(upstream);
        Forged atB = forged(b, upstream);

        assertThat(atA.tier()).isEqualTo(Tier.SIGNER);
        assertThat(atB.tier()).isEqualTo(Tier.SITE_CACHE);
        assertThat(atB.leaf().chain()).isEqualTo(atA.leaf().chain());
        assertThat(signer.forgeCalls() - before).isEqualTo(1);
        assertThat(forged(b, upstream).tier()).isEqualTo(Tier.LOCAL);
        assertThat(TestLeaves.handshake(atB.leaf(), signer.root(), "www.example.com"))
                .isEqualTo(atA.leaf().certificate());
    }

    @Test
    @Order(2)
    void garbage_in_the_map_is_dropped_counted_and_signed_anew() throws Exception {
        VerifiedUpstream upstream = upstreams.of("garbage.example.com");
        forged(a, upstream);
        awaitShared(upstream);
        leaves().replaceAll((_, _) -> "garbage".getBytes(StandardCharsets.US_ASCII));
        assertSignedAnew(upstream, "not-opened");
    }

    @Test
    @Order(3)
    void a_sealed_value_moved_to_another_entry_is_dropped_counted_and_signed_anew()
            throws Exception {
        VerifiedUpstream one = upstreams.of("one.example.com");
        VerifiedUpstream two = upstreams.of("two.example.com");
        leaves().clear();
        forged(a, one);
        forged(a, two);
        await().atMost(WITHIN).untilAsserted(() -> assertThat(leaves().size()).isEqualTo(2));
        List<Map.Entry<byte[], byte[]>> both = List.copyOf(leaves().entrySet());
        leaves().put(both.get(0).getKey(), both.get(1).getValue());
        leaves().put(both.get(1).getKey(), both.get(0).getValue());
        assertSignedAnew(two, "not-opened");
    }

    @Test
    @Order(4)
    void a_well_sealed_leaf_of_another_host_is_dropped_counted_and_signed_anew() throws Exception {
        VerifiedUpstream upstream = upstreams.of("bank.example.com");
        byte[] other =
                TestSigner.der(forged(a, upstreams.of("evil.example.com")).leaf().certificate());
        plant(upstream, value(1, issuer(), other));
        assertSignedAnew(upstream, "tbs-differs");
    }

    @Test
    @Order(5)
    void a_well_sealed_leaf_with_a_broken_signature_is_dropped_counted_and_signed_anew()
            throws Exception {
        VerifiedUpstream upstream = upstreams.of("unsigned.example.com");
        plant(upstream, value(1, issuer(), TestLeaves.flipLastBit(signedFor(upstream))));
        assertSignedAnew(upstream, "signature");
    }

    @Test
    @Order(6)
    void a_well_sealed_leaf_of_an_unknown_issuer_is_dropped_counted_and_signed_anew()
            throws Exception {
        VerifiedUpstream upstream = upstreams.of("issuer.example.com");
        plant(upstream, value(1, CertificateFingerprint.of(signer.root()), signedFor(upstream)));
        assertSignedAnew(upstream, "issuer-unknown");
    }

    @Test
    @Order(7)
    void well_sealed_values_of_no_known_format_are_dropped_counted_and_signed_anew()
            throws Exception {
        VerifiedUpstream newer = upstreams.of("newer.example.com");
        plant(newer, value(2, issuer(), signedFor(newer)));
        assertSignedAnew(newer, "format");
        VerifiedUpstream cut = upstreams.of("cut.example.com");
        plant(cut, new byte[] {1, 2, 3});
        assertSignedAnew(cut, "format");
        VerifiedUpstream noCertificate = upstreams.of("empty.example.com");
        plant(noCertificate, value(1, issuer(), new byte[] {0x30, 0x00}));
        assertSignedAnew(noCertificate, "malformed");
    }

    @Test
    @Order(8)
    void a_revoked_leaf_key_and_what_was_signed_for_it_is_used_no_more_at_either_edge()
            throws Exception {
        VerifiedUpstream upstream = upstreams.of("revoked.example.com");
        EpochKey lost = key();
        PublicKey lostKey = lost.publicKey().publicKey();
        Forged before = forged(a, upstream);
        forged(b, upstream);
        awaitShared(upstream);
        assertThat(before.leaf().certificate().getPublicKey()).isEqualTo(lostKey);

        signer.revoked = List.of(lost.digest().bytes());
        await().atMost(WITHIN)
                .untilAsserted(
                        () -> {
                            assertThat(b.site().keys().isRevoked(lost)).isTrue();
                            assertThat(a.site().keys().isRevoked(lost)).isTrue();
                            assertThat(leaves().size()).as("shared leaves").isZero();
                            assertThat(a.waitingFor()).isEmpty();
                            assertThat(b.waitingFor()).isEmpty();
                            assertThat(key(b)).isEqualTo(key(a));
                        });
        assertThat(key(a)).isNotEqualTo(lost.publicKey());
        assertThat(signer.enrolled()).contains(key(a));
        for (SiteForge edge : List.of(a, b)) {
            assertThat(forged(edge, upstream).leaf().certificate().getPublicKey())
                    .isEqualTo(key(a).publicKey());
        }
        assertThat(metersOfB.get("overt.leaf.cache.leaves").gauge().value())
                .as("the one that was just forged")
                .isEqualTo(1);
        signer.revoked = List.of();
    }

    private static LeafPublicKey key(SiteForge edge) {
        return edge.site()
                .keys()
                .key(Epoch.at(Instant.now(), TestSigner.PROFILE.epochLength()))
                .orElseThrow()
                .publicKey();
    }

    @Test
    @Order(9)
    void a_member_that_dies_under_use_costs_nothing_but_signatures() throws Exception {
        instances().forEach((_, member) -> member.getLifecycleService().terminate());
        VerifiedUpstream upstream = upstreams.of("later.example.com");
        assertThat(forged(a, upstream).tier()).isEqualTo(Tier.SIGNER);
        assertThat(forged(b, upstream)).isNotNull();

        await().atMost(WITHIN)
                .untilAsserted(
                        () -> {
                            assertThat(instances()).hasSize(2);
                            assertThat(instances().values())
                                    .allSatisfy(
                                            each ->
                                                    assertThat(each.getCluster().getMembers())
                                                            .hasSize(2));
                        });
        VerifiedUpstream afterwards = upstreams.of("afterwards.example.com");
        forged(a, afterwards);
        await().atMost(WITHIN)
                .untilAsserted(
                        () ->
                                assertThat(a.site().keys().secret())
                                        .isEqualTo(b.site().keys().secret()));
    }

    private void assertSignedAnew(VerifiedUpstream upstream, String reason) throws Exception {
        int callsBefore = signer.forgeCalls();
        double rejectedBefore = rejected(reason);
        Forged result = forged(b, upstream);
        assertThat(result.tier()).isEqualTo(Tier.SIGNER);
        assertThat(rejected(reason) - rejectedBefore).isEqualTo(1);
        assertThat(signer.forgeCalls() - callsBefore).isEqualTo(1);
        assertThat(result.leaf().certificate().getTBSCertificate()).isEqualTo(tbs(upstream));
    }

    private double rejected(String reason) {
        return metersOfB.counter("overt.site.cache.rejected", "reason", reason).count();
    }

    private void plant(VerifiedUpstream upstream, byte[] value) {
        assertThat(
                        a.site()
                                .map(SiteLeaves.MAP)
                                .write(name(upstream).bytes(), value, Duration.ofMinutes(5))
                                .toCompletableFuture()
                                .join())
                .isEqualTo(new SiteMap.Stored());
    }

    private void awaitShared(VerifiedUpstream upstream) {
        await().atMost(WITHIN)
                .untilAsserted(
                        () ->
                                assertThat(
                                                a.site()
                                                        .map(SiteLeaves.MAP)
                                                        .read(name(upstream).bytes())
                                                        .toCompletableFuture()
                                                        .join())
                                        .isInstanceOf(SealedMap.Value.class));
    }

    private static byte[] value(int format, CertificateFingerprint issuer, byte[] leaf) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        value.write(format);
        value.writeBytes(issuer.bytes());
        value.writeBytes(leaf);
        return value.toByteArray();
    }

    private byte[] signedFor(VerifiedUpstream upstream) {
        return signer.sign(tbs(upstream));
    }

    private byte[] tbs(VerifiedUpstream upstream) {
        var issuer =
                new IssuingCa(
                        signer.issuer(), List.of("http://crl.overt.example/test.crl"), List.of());
        var mirrored =
                MirrorRecipe.derive(
                        upstream, key().publicKey(), issuer, TestSigner.PROFILE, key().epoch());
        return ((Mirroring.Mirrored) mirrored).tbs().der();
    }

    private ForgeKey name(VerifiedUpstream upstream) {
        X509Certificate leaf = upstream.leaf();
        return ForgeKey.of(leaf, key().publicKey(), TestSigner.PROFILE, key().epoch());
    }

    private EpochKey key() {
        return a.site()
                .keys()
                .key(Epoch.at(Instant.now(), TestSigner.PROFILE.epochLength()))
                .orElseThrow();
    }

    private CertificateFingerprint issuer() {
        return CertificateFingerprint.of(signer.issuer());
    }

    private IMap<byte[], byte[]> leaves() {
        return instances().values().iterator().next().getMap(SiteLeaves.MAP);
    }

    private static Map<String, HazelcastInstance> instances() {
        return Hazelcast.getAllHazelcastInstances().stream()
                .filter(each -> each.getConfig().getClusterName().equals("overt-lab-g1"))
                .collect(Collectors.toMap(HazelcastInstance::getName, each -> each));
    }

    private SiteForge edge(String name, SimpleMeterRegistry meters) throws Exception {
        SiteForge edge =
                new SiteForge(
                        edges.config(name),
                        new SignersConfig(
                                List.of(signer.address()),
                                "mirror",
                                Duration.ofSeconds(20),
                                Duration.ofSeconds(40),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(1),
                                100),
                        new LeafCacheConfig(1000),
                        edges.tls(name),
                        InstantSource.system(),
                        Ticker.systemTicker(),
                        new SecureRandom(),
                        meters);
        edges.closing(edge::close);
        edge.start();
        await().atMost(WITHIN).untilAsserted(() -> assertThat(edge.waitingFor()).isEmpty());
        return edge;
    }

    private static Forged forged(SiteForge edge, VerifiedUpstream upstream) throws Exception {
        ForgeResult result =
                edge.leaves().forge(upstream).toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertThat(result).isInstanceOf(Forged.class);
        return (Forged) result;
    }

    private static final Duration WITHIN = Duration.ofSeconds(90);
}
