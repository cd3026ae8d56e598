package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.Pem;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity.DnsName;
import io.overt.x509.SignatureMaths;
import io.overt.x509.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// checklist 22
class UpstreamAnchorsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration OFTEN = Duration.ofMillis(20);

    private final TestPki pki = TestPki.create();
    private final PresentedChain chain = new PresentedChain(pki.leaf("www.example.com").chain());
    private final X509Certificate another =
            TestAuthority.root(CertificateSpec.ca("Another"), pki.now()).certificate();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void a_new_anchor_counts_without_a_restart_and_a_broken_file_changes_nothing(
            @TempDir Path directory) throws Exception {
        Path file = write(directory, another);
        try (var anchors = open(file, List.of())) {
            assertThat(verify(anchors)).isInstanceOf(Verdict.Untrusted.class);
            assertThat(reloads("taken")).isZero();

            write(directory, another, pki.anchor());
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(verify(anchors)).isInstanceOf(Verdict.Verified.class));
            assertThat(meters.get("overt.signer.trust.anchors").gauge().value()).isEqualTo(2);

            Files.writeString(file, "-----BEGIN CERTIFICATE-----\nbroken\n");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(reloads("refused")).isPositive());
            assertThat(verify(anchors)).isInstanceOf(Verdict.Verified.class);
        }
    }

    // checklist 21
    @Test
    void an_issuing_CA_stays_out_when_it_comes_with_a_new_file(@TempDir Path directory)
            throws Exception {
        Path file = write(directory, another);
        try (var _ = open(file, List.of(pki.anchor()))) {
            write(directory, another, pki.anchor(), pki.intermediate().certificate());
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(reloads("taken")).isPositive());

            assertThat(meters.get("overt.signer.trust.anchors").gauge().value()).isEqualTo(2);
        }
    }

    private UpstreamAnchors open(Path file, List<X509Certificate> own) throws Exception {
        return UpstreamAnchors.open(List.of(file), own, SignatureMaths.ofJdk(), OFTEN, meters);
    }

    private Verdict verify(UpstreamAnchors anchors) {
        return anchors.verify(chain, new DnsName("www.example.com"), Instant.now());
    }

    private double reloads(String result) {
        return meters.counter("overt.signer.trust.store.reloads", "result", result).count();
    }

    private static Path write(Path directory, X509Certificate... anchors) throws Exception {
        return Files.writeString(
                directory.resolve("anchors.pem"), Pem.certificates(List.of(anchors)));
    }
}
