package io.overt.signer.log;

import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.IssuanceIndex;
import io.overt.signer.issue.IssuanceIndex.Intended;
import io.overt.signer.issue.Issuer;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.key.Signing;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.Epoch;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.Mirroring;
import io.overt.x509.PresentedChain;
import io.overt.x509.Recipe;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TrustAnchors;
import io.overt.x509.Verdict;
import io.overt.x509.VerifiedUpstream;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Certificates of one issuer for one upstream, as many as are wanted: another epoch, another TBS.
 */
public final class Issuances {

    public static final String HOST = "www.origin.example";

    private static final MirrorProfile PROFILE =
            new MirrorProfile(
                    "mirror",
                    Recipe.MIRROR,
                    "Example Corp",
                    "https://inspection.example/",
                    Duration.ofDays(90),
                    Duration.ofDays(7),
                    Duration.ofDays(1));

    private final TestPki internet = TestPki.create();
    private final TestLog.MemoryKey key = new TestLog.MemoryKey();
    private final Map<Integer, LeafPublicKey> leafKeys = new HashMap<>();
    private final IssuingCa ca =
            new IssuingCa(
                    TestPki.create().issuingCa("Test Inspection CA", key.publicKey()),
                    List.of(),
                    List.of());
    private final TestIdentity upstream = internet.issue(CertificateSpec.leaf(HOST));
    private final VerifiedUpstream verified = verified();
    private final Epoch epoch = Epoch.at(Instant.now(), PROFILE.epochLength());

    /** What vouches for the upstream. */
    public TrustAnchors anchors() {
        return TrustAnchors.of(List.of(internet.anchor()));
    }

    public Issuer issuer() {
        return new Issuer(ca, List.of(), IssuerState.ACTIVE, key);
    }

    /** The same intent for the same number. */
    public IssuanceIndex.Intent intent(int number) {
        LeafPublicKey leaf =
                leafKeys.computeIfAbsent(
                        number, _ -> LeafPublicKey.of(new TestLog.MemoryKey().publicKey()));
        if (!(MirrorRecipe.derive(verified, leaf, ca, PROFILE, epoch)
                instanceof Mirroring.Mirrored mirrored)) {
            throw new AssertionError("not mirrored in epoch " + epoch);
        }
        return new IssuanceIndex.Intent(
                mirrored.tbs(),
                ca,
                HOST,
                "overt://berlin/edge/e1",
                new IssuanceIndex.Evidence(upstream.chainDer(), leaf, PROFILE, epoch),
                Instant.now());
    }

    public byte[] certificate(IssuanceIndex.Intent intent) {
        if (!(key.sign(intent.tbs().der()) instanceof Signing.Signed(byte[] signature))) {
            throw new AssertionError("not signed");
        }
        try {
            return intent.tbs().assemble(signature).getEncoded();
        } catch (CertificateException e) {
            throw new AssertionError(e);
        }
    }

    /** Intent, signature, result: two entries. */
    public IssuanceIndex.Kept issue(IssuanceIndex index, int number) throws IndexException {
        IssuanceIndex.Intent intent = intent(number);
        return switch (index.intend(intent)) {
            case Intended.Before(var kept) -> kept;
            case Intended.Noted noted ->
                    index.store(intent, noted, certificate(intent), Instant.now());
        };
    }

    private VerifiedUpstream verified() {
        Verdict verdict =
                new BoundedChainVerifier(TrustAnchors.of(List.of(internet.anchor())))
                        .verify(
                                new PresentedChain(upstream.chain()),
                                ReferenceIdentity.parse(HOST).orElseThrow(),
                                Instant.now());
        if (!(verdict instanceof Verdict.Verified(VerifiedUpstream good))) {
            throw new AssertionError(verdict);
        }
        return good;
    }
}
