package io.overt.edge.trust;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.ChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity.DnsName;
import io.overt.x509.TrustAnchors;
import java.lang.management.ManagementFactory;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What the verdict of one chain costs in CPU time, verified and remembered, in turns of one run;
 * the chain is parsed anew each time, as that of a connection is. Run by hand: {@code mvn -pl
 * edge-node -am test-compile} and then this class with the test classpath.
 */
final class VerdictCost {
    private static final int ROUNDS = 7;
    private static final int CHAINS = 3_000;

    public static void main(String[] args) throws Exception {
        for (var keys : List.of(KeySpec.EC_P256, KeySpec.RSA_2048)) {
            var now = Instant.now();
            var root = TestAuthority.root(CertificateSpec.ca("Root").key(keys), now);
            var ca = root.subordinate(CertificateSpec.ca("CA").key(keys));
            var ders =
                    new PresentedChain(ca.issue(CertificateSpec.leaf("www.example.com")).chain())
                            .encoded();
            var anchors = TrustAnchors.of(List.of(root.certificate()));
            var verifier = new BoundedChainVerifier(anchors);
            var inForce = new TrustStore.InForce(verifier, anchors.version(), 1);
            var cache =
                    new VerdictCache(
                            () -> inForce,
                            VerdictCacheConfig.DEFAULT,
                            Ticker.systemTicker(),
                            new SimpleMeterRegistry());
            for (var round = 0; round < ROUNDS; round++) {
                var verified = micros(verifier, ders, now);
                var remembered = micros(cache, ders, now);
                System.out.printf(
                        "%s: verified %.1f us, remembered %.1f us, ratio %.0f%n",
                        keys, verified, remembered, verified / remembered);
            }
            System.out.printf("%s: %.1f kB each%n", keys, kilobytes(ca, inForce, now));
        }
    }

    private static double micros(ChainVerifier verifier, List<byte[]> ders, Instant at)
            throws CertificateException {
        var name = new DnsName("www.example.com");
        var threads = ManagementFactory.getThreadMXBean();
        var spent = 0L;
        for (var i = 0; i < CHAINS; i++) {
            var chain = PresentedChain.parse(ders);
            var from = threads.getCurrentThreadCpuTime();
            verifier.verify(chain, name, at);
            spent += threads.getCurrentThreadCpuTime() - from;
        }
        return spent / 1e3 / CHAINS;
    }

    private static double kilobytes(TestAuthority ca, TrustStore.InForce inForce, Instant at)
            throws CertificateException {
        var cache =
                new VerdictCache(
                        () -> inForce,
                        VerdictCacheConfig.DEFAULT,
                        Ticker.systemTicker(),
                        new SimpleMeterRegistry());
        var ders = new ArrayList<List<byte[]>>();
        for (var i = 0; i < CHAINS / 3; i++) {
            var leaf = ca.issue(CertificateSpec.leaf("www.example.com").key(KeySpec.EC_P256));
            ders.add(new PresentedChain(leaf.chain()).encoded());
        }
        var before = used();
        for (var each : ders) {
            cache.verify(PresentedChain.parse(each), new DnsName("www.example.com"), at);
        }
        var kept = used() - before;
        return kept / 1e3 / cache.size();
    }

    private static long used() {
        for (var i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private VerdictCost() {}
}
