package io.overt.edge.forge;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TrustAnchors;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.Verdict;
import io.overt.x509.VerifiedUpstream;
import java.util.List;

/** Verified upstreams, by the one way there is to have one: a real chain and a real verifier. */
final class Upstreams {
    private final TestPki pki = TestPki.create();
    private final BoundedChainVerifier verifier =
            new BoundedChainVerifier(TrustAnchors.of(List.of(pki.anchor())));

    VerifiedUpstream of(String name) {
        return of(name, CertificateSpec.leaf(name));
    }

    /** One that is not good. */
    UntrustedUpstream untrusted(String name, CertificateSpec spec) {
        var chain = new PresentedChain(pki.issue(spec).chain());
        var identity = ReferenceIdentity.parse(name).orElseThrow();
        return switch (verifier.verify(chain, identity, pki.now())) {
            case Verdict.Verified verified -> throw new AssertionError(verified.toString());
            case Verdict.Untrusted(var reasons) ->
                    UntrustedUpstream.of(chain, identity, pki.now(), reasons).orElseThrow();
        };
    }

    VerifiedUpstream of(String name, CertificateSpec spec) {
        var chain = new PresentedChain(pki.issue(spec).chain());
        return switch (verifier.verify(
                chain, ReferenceIdentity.parse(name).orElseThrow(), pki.now())) {
            case Verdict.Verified(VerifiedUpstream upstream) -> upstream;
            case Verdict.Untrusted(var reasons) -> throw new AssertionError(reasons.toString());
        };
    }
}
