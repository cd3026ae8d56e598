package io.overt.edge.net;

import io.overt.edge.forge.ForgeResult;
import io.overt.edge.forge.ForgedLeaf;
import io.overt.edge.forge.LeafForge;
import io.overt.edge.forge.Tier;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.Epoch;
import io.overt.x509.IssuerTrust;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.Mirroring;
import io.overt.x509.Recipe;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.UpstreamStanding;
import io.overt.x509.VerifiedUpstream;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * A forge in one piece: the real recipe, signed in this process. It can be told to answer something
 * else, and it is asked how often it was asked.
 */
final class TestForge implements LeafForge, AutoCloseable {
    private static final MirrorProfile PROFILE =
            new MirrorProfile(
                    "mirror",
                    Recipe.MIRROR,
                    "Example Corp",
                    "https://it.example.test/inspection",
                    Duration.ofDays(30),
                    Duration.ofDays(7),
                    Duration.ofDays(1));

    private final TestPki pki = TestPki.create();
    private final TestAuthority issuer =
            pki.root().subordinate(CertificateSpec.ca("Example Corp Inspection CA").pathLength(0));
    private final TestAuthority untrusted =
            TestAuthority.root(
                    CertificateSpec.ca("Example Corp Untrusted Inspection CA").pathLength(0),
                    Instant.now());
    private final KeyPair leafKey = newKey();
    private final ConcurrentLinkedQueue<ForgedLeaf> made = new ConcurrentLinkedQueue<>();
    private volatile Function<UpstreamStanding, CompletionStage<ForgeResult>> answer =
            upstream -> CompletableFuture.completedFuture(forgeNow(upstream));

    /** What clients must trust to take what is forged here. */
    X509Certificate anchor() {
        return pki.anchor();
    }

    /** What nobody trusts but a user who goes on past the warning. */
    X509Certificate untrusted() {
        return untrusted.certificate();
    }

    X509Certificate issuer() {
        return issuer.certificate();
    }

    void answers(ForgeResult result) {
        answer = _ -> CompletableFuture.completedFuture(result);
    }

    void neverAnswers() {
        answer = _ -> new CompletableFuture<>();
    }

    int forged() {
        return made.size();
    }

    @Override
    public CompletionStage<ForgeResult> forge(UpstreamStanding upstream) {
        return answer.apply(upstream);
    }

    private ForgeResult forgeNow(UpstreamStanding upstream) {
        var key = LeafPublicKey.of(leafKey.getPublic());
        var epoch = Epoch.at(Instant.now(), PROFILE.epochLength());
        return switch (upstream) {
            case VerifiedUpstream verified -> {
                var ca = new IssuingCa(issuer.certificate(), List.of(), List.of());
                yield signed(MirrorRecipe.derive(verified, key, ca, PROFILE, epoch), issuer);
            }
            case UntrustedUpstream bad -> {
                var ca =
                        new IssuingCa(
                                untrusted.certificate(),
                                List.of(),
                                List.of(),
                                IssuerTrust.UNTRUSTED);
                yield signed(MirrorRecipe.derive(bad, key, ca, PROFILE, epoch), untrusted);
            }
        };
    }

    private ForgeResult signed(Mirroring mirroring, TestAuthority by) {
        return switch (mirroring) {
            case Mirroring.NotMirrorable(var reason, var detail) ->
                    new ForgeResult.NotMirrorable(reason + ": " + detail);
            case Mirroring.Mirrored(var tbs) -> {
                var leaf = tbs.assemble(by.sign(tbs.der()));
                var chain = new ArrayList<X509Certificate>();
                chain.add(leaf);
                chain.addAll(by.chain().isEmpty() ? List.of(by.certificate()) : by.chain());
                try {
                    var forged = ForgedLeaf.of(chain, leafKey.getPrivate());
                    made.add(forged);
                    yield new ForgeResult.Forged(forged, Tier.SIGNER);
                } catch (javax.net.ssl.SSLException e) {
                    throw new IllegalStateException("BoringSSL did not take the test's leaf", e);
                }
            }
        };
    }

    private static KeyPair newKey() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException("no EC P-256 in this JDK", e);
        }
    }

    @Override
    public void close() {
        made.forEach(ForgedLeaf::close);
    }
}
