package io.overt.x509;

import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.Mirroring.Mirrored;
import io.overt.x509.Mirroring.NotMirrorable;
import io.overt.x509.lint.LeafLint;
import io.overt.x509.lint.LeafTerms;
import io.overt.x509.lint.LintVerdict;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What tests of the recipe share: a profile, a leaf key, and the way from an upstream to a signed
 * forged leaf.
 */
final class ForgedChains {
    static final Duration EPOCH_LENGTH = Duration.ofDays(7);

    static MirrorProfile profile(Recipe recipe) {
        return new MirrorProfile(
                recipe == Recipe.MIRROR ? "mirror" : "strict",
                recipe,
                "Example Ltd",
                "https://inspection.example/notice",
                Duration.ofDays(397),
                EPOCH_LENGTH,
                Duration.ofDays(1));
    }

    static LeafPublicKey freshLeafKey() {
        return LeafPublicKey.of(KeySpec.EC_P256.generate().getPublic());
    }

    /** The TBS; fails the test where there is none. */
    static TbsCertificateDer mirrored(Mirroring mirroring) {
        return switch (mirroring) {
            case Mirrored(TbsCertificateDer tbs) -> tbs;
            case NotMirrorable refused -> throw new AssertionError(refused.toString());
        };
    }

    /**
     * Verifies {@code upstream} for its name, mirrors it and signs what comes of it with {@code
     * issuer}.
     */
    static X509Certificate forge(
            TestPki upstreamPki,
            TestIdentity upstream,
            String name,
            KeyPair leafKey,
            TestAuthority issuer,
            MirrorProfile profile) {
        Instant now = upstreamPki.now();
        Verdict verdict =
                new BoundedChainVerifier(TrustAnchors.of(List.of(upstreamPki.anchor())))
                        .verify(
                                new PresentedChain(upstream.chain()),
                                ReferenceIdentity.parse(name).orElseThrow(),
                                now);
        VerifiedUpstream verified =
                switch (verdict) {
                    case Verdict.Verified(VerifiedUpstream proof) -> proof;
                    case Verdict.Untrusted untrusted ->
                            throw new AssertionError(untrusted.toString());
                };
        TbsCertificateDer tbs =
                mirrored(
                        MirrorRecipe.derive(
                                verified,
                                LeafPublicKey.of(leafKey.getPublic()),
                                new IssuingCa(
                                        issuer.certificate(),
                                        List.of("http://crl.inspection.example/issuing.crl"),
                                        List.of("http://crl.inspection.example/issuing.cer")),
                                profile,
                                Epoch.at(now, EPOCH_LENGTH)));
        return tbs.assemble(issuer.sign(tbs.der()));
    }

    /** The TBS keeps every rule that is asked of what we sign; fails the test where it does not. */
    static void requireClean(
            TbsCertificateDer tbs,
            LeafPublicKey key,
            IssuingCa issuer,
            MirrorProfile profile,
            Epoch epoch) {
        LeafTerms terms =
                new LeafTerms(
                        issuer, profile, key, epoch, Set.of(issuer.certificate().getPublicKey()));
        switch (LeafLint.of(tbs.der(), terms)) {
            case LintVerdict.Clean _ -> {}
            case LintVerdict.Defective defective -> throw new AssertionError(defective.summary());
        }
    }

    private ForgedChains() {}
}
