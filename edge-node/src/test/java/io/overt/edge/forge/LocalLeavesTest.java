package io.overt.edge.forge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.OpenSslCredential;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.ForgeKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Whatever leaves the cache gives its native memory back. */
class LocalLeavesTest {
    private final TestPki pki = TestPki.create();
    private final TestIdentity host = pki.leaf("www.example.com");
    private final CertificateFingerprint issuer =
            CertificateFingerprint.of(pki.intermediate().certificate());
    private final AtomicLong nanos = new AtomicLong();
    private final List<OpenSslCredential> credentials = new ArrayList<>();

    @Test
    void leaves_over_the_limit_are_released() throws Exception {
        LocalLeaves leaves = leaves(10);
        for (int i = 0; i < 100; i++) {
            keep(leaves, i, Duration.ofDays(1));
        }
        assertThat(credentials.stream().filter(each -> each.refCnt() > 0)).hasSize(10);
        leaves.close();
        assertThat(credentials).allMatch(each -> each.refCnt() == 0);
    }

    @Test
    void a_leaf_is_gone_when_its_time_is_over() throws Exception {
        LocalLeaves leaves = leaves(10);
        keep(leaves, 1, Duration.ofHours(1));
        assertThat(leaves.find(name(1))).isPresent();
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(leaves.find(name(1))).isEmpty();
        leaves.close();
        assertThat(credentials).allMatch(each -> each.refCnt() == 0);
    }

    @Test
    void a_leaf_that_is_replaced_is_released() throws Exception {
        LocalLeaves leaves = leaves(10);
        keep(leaves, 1, Duration.ofHours(1));
        keep(leaves, 1, Duration.ofHours(1));
        assertThat(credentials).extracting(OpenSslCredential::refCnt).containsExactly(0, 1);
        leaves.close();
    }

    @Test
    void leaves_of_issuers_that_are_gone_are_released() throws Exception {
        LocalLeaves leaves = leaves(10);
        keep(leaves, 1, Duration.ofHours(1));
        leaves.keepOnly(Set.of(issuer));
        assertThat(leaves.find(name(1))).isPresent();
        leaves.keepOnly(Set.of());
        assertThat(leaves.find(name(1))).isEmpty();
        assertThat(credentials).allMatch(each -> each.refCnt() == 0);
    }

    @Test
    void a_leaf_that_comes_after_the_end_is_released() throws Exception {
        LocalLeaves leaves = leaves(10);
        leaves.close();
        keep(leaves, 1, Duration.ofHours(1));
        assertThat(credentials).allMatch(each -> each.refCnt() == 0);
    }

    private LocalLeaves leaves(int limit) {
        return new LocalLeaves(new LeafCacheConfig(limit), nanos::get, new SimpleMeterRegistry());
    }

    private void keep(LocalLeaves leaves, int i, Duration timeToLive) throws Exception {
        ForgedLeaf leaf = ForgedLeaf.of(host.chain(), host.privateKey());
        credentials.add(leaf.credentialForTest());
        leaves.keep(name(i), leaf, issuer, timeToLive);
    }

    private static ForgeKey name(int i) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) i;
        return new ForgeKey(bytes);
    }
}
