package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.Verdict.Untrusted;
import java.lang.management.ManagementFactory;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Chains made to cost whoever verifies them. Each is decided within a second of CPU time, whatever
 * else the machine does. checklist 24
 */
class HostileChainsTest {
    private static final int MANY = PresentedChain.MAX_CERTIFICATES - 1;

    /** What a process has done that verifies at all. */
    @BeforeAll
    static void warm_up() {
        for (int i = 0; i < 20; i++) {
            assertThat(Chains.with(Chains.leaf()).verdict()).isInstanceOf(Verdict.Verified.class);
        }
    }

    @Test
    void one_name_and_one_key_for_all_intermediates() {
        KeyPair keys = KeySpec.EC_P256.generate();
        assertUntrusted(maze(_ -> "Maze", _ -> keys));
    }

    @Test
    void one_name_and_many_keys() {
        assertUntrusted(maze(_ -> "Maze", _ -> KeySpec.EC_P256.generate()));
    }

    @Test
    void many_names_and_one_key() {
        KeyPair keys = KeySpec.EC_P256.generate();
        assertUntrusted(maze(i -> "Maze " + i, _ -> keys));
    }

    @Test
    void dear_keys() {
        List<KeyPair> keys =
                IntStream.range(0, 8).mapToObj(_ -> KeySpec.EC_P521.generate()).toList();
        assertUntrusted(maze(_ -> "Maze", i -> keys.get(i % keys.size())));
    }

    /** Each of two names has many keys, and each key of the one has signed each of the other. */
    @Test
    void cross_signatures_in_layers() {
        List<TestAuthority> upper = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            upper.add(TestAuthority.root(CertificateSpec.ca("Layer 0"), Chains.NOW));
        }
        List<X509Certificate> presented = new ArrayList<>();
        for (int layer = 1; layer <= 7; layer++) {
            List<TestAuthority> lower = new ArrayList<>();
            KeyPair keys = KeySpec.EC_P256.generate();
            for (TestAuthority authority : upper) {
                TestAuthority crossed =
                        authority.subordinate(CertificateSpec.ca("Layer " + layer).key(keys));
                lower.add(crossed);
                presented.add(crossed.certificate());
            }
            upper = lower;
        }
        TestIdentity leaf =
                upper.getFirst()
                        .issue(Chains.leaf())
                        .presenting(presented.toArray(X509Certificate[]::new));
        X509Certificate other =
                TestAuthority.root(CertificateSpec.ca("Other"), Chains.NOW).certificate();

        assertUntrusted(() -> verify(leaf, other));
    }

    @Test
    void many_names_under_many_constraints() {
        List<String> names = IntStream.range(0, 1500).mapToObj(i -> "t" + i + ".test").toList();
        List<String> others = IntStream.range(0, 1500).mapToObj(i -> "x" + i + ".test").toList();
        Chains chain =
                Chains.of(
                        Chains.root().nameConstraints(names, others),
                        Chains.intermediate(),
                        CertificateSpec.leaf(names.toArray(String[]::new)));

        Untrusted verdict = assertUntrusted(() -> chain.verdict("t0.test"));
        assertThat(verdict.reasons())
                .extracting(UntrustedReason::kind)
                .containsExactly(Kind.TOO_COMPLEX);
    }

    @Test
    void thousands_of_names_without_constraints_are_no_offence() {
        String[] names =
                IntStream.range(0, 2500).mapToObj(i -> "t" + i + ".test").toArray(String[]::new);

        assertThat(Chains.with(CertificateSpec.leaf(names)).verdict("t2499.test"))
                .isInstanceOf(Verdict.Verified.class);
    }

    @Test
    void a_good_path_is_found_among_many_that_lead_nowhere() {
        TestAuthority root = TestAuthority.root(Chains.root(), Chains.NOW);
        KeyPair keys = KeySpec.EC_P256.generate();
        TestAuthority good = root.subordinate(CertificateSpec.ca("Crossed").key(keys));
        List<X509Certificate> presented = new ArrayList<>(List.of(good.certificate()));
        for (int i = 0; i < 30; i++) {
            presented.add(
                    TestAuthority.root(CertificateSpec.ca("Gone " + i), Chains.NOW)
                            .subordinate(CertificateSpec.ca("Crossed").key(keys))
                            .certificate());
        }
        Collections.shuffle(presented, new Random(7));
        TestIdentity leaf =
                good.issue(Chains.leaf()).presenting(presented.toArray(X509Certificate[]::new));

        assertThat(verify(leaf, root.certificate())).isInstanceOf(Verdict.Verified.class);
    }

    private interface Keys {
        KeyPair at(int index);
    }

    private interface Names {
        String at(int index);
    }

    private static Supplier<Verdict> maze(Names names, Keys keys) {
        TestAuthority last =
                TestAuthority.root(CertificateSpec.ca(names.at(0)).key(keys.at(0)), Chains.NOW);
        List<X509Certificate> maze = new ArrayList<>(List.of(last.certificate()));
        for (int i = 1; i < MANY; i++) {
            last = last.subordinate(CertificateSpec.ca(names.at(i)).key(keys.at(i)));
            maze.add(last.certificate());
        }
        TestIdentity leaf =
                last.issue(Chains.leaf()).presenting(maze.toArray(X509Certificate[]::new));
        X509Certificate other =
                TestAuthority.root(CertificateSpec.ca("Other"), Chains.NOW).certificate();
        return () -> verify(leaf, other);
    }

    private static Verdict verify(TestIdentity leaf, X509Certificate anchor) {
        return new Chains(leaf, anchor).verdict();
    }

    private static Untrusted assertUntrusted(Supplier<Verdict> verification) {
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        Verdict verdict = verification.get();
        long after = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();

        assertThat(verdict).isInstanceOf(Untrusted.class);
        assertThat(((Untrusted) verdict).reasons())
                .extracting(UntrustedReason::kind)
                .doesNotContain(Kind.INTERNAL);
        assertThat(Duration.ofNanos(after - before)).isLessThan(Duration.ofSeconds(1));
        return (Untrusted) verdict;
    }
}
