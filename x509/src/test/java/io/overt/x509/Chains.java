package io.overt.x509;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** A leaf below an intermediate below a root, any of them as a test wants it. */
record Chains(TestIdentity identity, X509Certificate anchor) {
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final String HOST = "www.example.com";

    static CertificateSpec root() {
        return CertificateSpec.ca("Some Root");
    }

    static CertificateSpec intermediate() {
        return CertificateSpec.ca("Some Intermediate");
    }

    static CertificateSpec leaf() {
        return CertificateSpec.leaf(HOST);
    }

    static Chains of(CertificateSpec root, CertificateSpec intermediate, CertificateSpec leaf) {
        TestAuthority authority = TestAuthority.root(root, NOW);
        return new Chains(authority.subordinate(intermediate).issue(leaf), authority.certificate());
    }

    static Chains below(CertificateSpec root) {
        return of(root, intermediate(), leaf());
    }

    static Chains under(CertificateSpec intermediate) {
        return of(root(), intermediate, leaf());
    }

    static Chains with(CertificateSpec leaf) {
        return of(root(), intermediate(), leaf);
    }

    Verdict verdict() {
        return verdict(HOST);
    }

    Verdict verdict(String name) {
        return new BoundedChainVerifier(TrustAnchors.of(List.of(anchor)))
                .verify(
                        new PresentedChain(identity.chain()),
                        ReferenceIdentity.parse(name).orElseThrow(),
                        NOW);
    }
}
