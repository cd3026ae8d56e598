package io.overt.edge.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.Pem;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity.DnsName;
import io.overt.x509.TrustAnchors;
import io.overt.x509.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// checklist 22
class TrustStoreTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration OFTEN = Duration.ofMillis(20);

    private final TestPki pki = TestPki.create();
    private final PresentedChain chain = new PresentedChain(pki.leaf("www.example.com").chain());
    private final X509Certificate another =
            TestAuthority.root(CertificateSpec.ca("Another"), pki.now()).certificate();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @TempDir private Path directory;
    private Path file;

    TrustStoreTest() {
        this.file = Path.of("unset");
    }

    @BeforeEach
    void name() {
        file = directory.resolve("anchors.pem");
    }

    @Test
    void an_anchor_that_is_added_counts_and_one_that_is_removed_does_not() throws Exception {
        write(another);
        try (var store = open()) {
            var before = store.version();
            assertThat(verify(store)).isInstanceOf(Verdict.Untrusted.class);

            write(another, pki.anchor());
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(verify(store)).isInstanceOf(Verdict.Verified.class));
            assertThat(store.version()).isNotEqualTo(before);
            assertThat(meters.get("overt.edge.trust.anchors").gauge().value()).isEqualTo(2);

            write(another);
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(verify(store)).isInstanceOf(Verdict.Untrusted.class));
            assertThat(store.version()).isEqualTo(before);
            assertThat(reloads("taken")).isEqualTo(2);
        }
    }

    @Test
    void a_file_that_cannot_be_read_is_counted_and_the_anchors_from_before_stay() throws Exception {
        write(pki.anchor());
        try (var store = open()) {
            Files.writeString(file, "-----BEGIN CERTIFICATE-----\nbroken\n");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(reloads("refused")).isPositive());
            assertThat(verify(store)).isInstanceOf(Verdict.Verified.class);

            Files.delete(file);
            var refused = reloads("refused");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(reloads("refused")).isGreaterThan(refused));
            assertThat(verify(store)).isInstanceOf(Verdict.Verified.class);

            write(another);
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(verify(store)).isInstanceOf(Verdict.Untrusted.class));
        }
    }

    // checklist 21
    @Test
    void our_own_CA_stays_out_when_it_comes_with_a_new_file() throws Exception {
        write(another);
        try (var store =
                TrustStore.open(
                        List.of(file),
                        () -> TrustAnchors.fromPem(file).refusing(List.of(pki.anchor())),
                        BoundedChainVerifier::new,
                        OFTEN,
                        meters)) {
            write(another, pki.anchor());
            TestAuthority third = TestAuthority.root(CertificateSpec.ca("Third"), pki.now());
            write(another, pki.anchor(), third.certificate());
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(reloads("taken")).isPositive());

            assertThat(verify(store)).isInstanceOf(Verdict.Untrusted.class);
        }
    }

    /** Some public CA has certified our CA's key: what counts is that it is ours now. */
    // checklist 21
    @Test
    void our_own_CAs_come_into_force_although_the_anchors_are_the_same() throws Exception {
        write(pki.anchor());
        Path own = directory.resolve("own.pem");
        Files.writeString(own, Pem.certificates(List.of(another)));
        try (var store =
                TrustStore.open(
                        List.of(file, own),
                        () ->
                                TrustAnchors.fromPem(file)
                                        .refusing(TrustAnchors.fromPem(own).certificates()),
                        BoundedChainVerifier::new,
                        OFTEN,
                        meters)) {
            assertThat(verify(store)).isInstanceOf(Verdict.Verified.class);

            Files.writeString(own, Pem.certificates(List.of(pki.intermediate().certificate())));

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(verify(store)).isInstanceOf(Verdict.Untrusted.class));
        }
    }

    @Test
    void the_version_in_force_is_a_metric() throws Exception {
        write(another);
        try (var store = open()) {
            assertThat(versionsTold()).containsExactly(store.version());
            var before = store.version();

            write(another, pki.anchor());

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(versionsTold())
                                            .containsExactly(store.version())
                                            .doesNotContain(before));
        }
    }

    private List<String> versionsTold() {
        return meters.find("overt.edge.trust.version").gauges().stream()
                .map(gauge -> String.valueOf(gauge.getId().getTag("version")))
                .toList();
    }

    @Test
    void no_anchors_at_the_start_is_no_start() {
        assertThatThrownBy(this::open).hasMessageContaining("anchors.pem");
    }

    private double reloads(String result) {
        return meters.counter("overt.edge.trust.store.reloads", "result", result).count();
    }

    private Verdict verify(TrustStore store) {
        return store.verify(chain, new DnsName("www.example.com"), Instant.now());
    }

    private TrustStore open() throws Exception {
        return TrustStore.open(
                List.of(file),
                () -> TrustAnchors.fromPem(file),
                BoundedChainVerifier::new,
                OFTEN,
                meters);
    }

    private void write(X509Certificate... anchors) throws Exception {
        Files.writeString(file, Pem.certificates(List.of(anchors)));
    }
}
