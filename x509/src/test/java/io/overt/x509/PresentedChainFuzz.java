package io.overt.x509;

import io.overt.testkit.fuzz.FuzzCorpus;
import io.overt.testkit.pki.Fault;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

/**
 * Fuzz target: what an upstream shows as its chain. Reading it refuses or succeeds, verifying it
 * answers and never by way of a caught exception, each signature of a path that was found is one
 * for another library too, and what was verified is mirrored or refused.
 *
 * <p>An input is what TLS 1.2 calls a certificate_list: each certificate's length in three bytes,
 * and its DER. The kept inputs hold a small world at {@link PresentedChainSeeds#NOW}: in {@value
 * #SOUND} a leaf, its intermediate and the root that is trusted here.
 */
public final class PresentedChainFuzz {
    private static final ReferenceIdentity NAME = new ReferenceIdentity.DnsName(Fault.HOST);
    static final String SOUND = "made-sound";

    private static final X509Certificate ANCHOR = anchor();
    private static final ChainVerifier VERIFIER =
            new BoundedChainVerifier(TrustAnchors.of(List.of(ANCHOR)));
    private static final LeafPublicKey KEY = key();

    private PresentedChainFuzz() {}

    /**
     * None beside the kept ones, which {@link PresentedChainSeeds} made: a key made anew would not
     * fit them.
     */
    public static List<byte[]> seeds() {
        return List.of();
    }

    /** {@code list} as above. */
    public static void fuzzerTestOneInput(byte[] list) {
        PresentedChain chain;
        try {
            chain = PresentedChain.parse(split(list));
        } catch (CertificateException _) {
            return;
        }
        switch (VERIFIER.verify(chain, NAME, PresentedChainSeeds.NOW)) {
            case Verdict.Verified(var upstream) -> check(upstream);
            case Verdict.Untrusted(var reasons) -> {
                if (reasons.isEmpty()
                        || reasons.stream()
                                .anyMatch(each -> each.kind() == UntrustedReason.Kind.INTERNAL)) {
                    throw new AssertionError("untrusted: " + reasons);
                }
            }
        }
    }

    private static void check(VerifiedUpstream upstream) {
        var path = upstream.path();
        if (!path.getLast().equals(ANCHOR)) {
            throw new AssertionError("a path to another anchor: " + path.getLast());
        }
        for (var i = 0; i + 1 < path.size(); i++) {
            if (!isSignedBy(path.get(i), path.get(i + 1))) {
                throw new AssertionError("no signature by its issuer: " + path.get(i));
            }
        }
        var profile =
                new MirrorProfile(
                        "mirror",
                        Recipe.MIRROR,
                        "Example Corp",
                        "https://it.example.test/inspection",
                        Duration.ofDays(30),
                        Duration.ofDays(7),
                        Duration.ofDays(1));
        var _ =
                MirrorRecipe.derive(
                        upstream,
                        KEY,
                        new IssuingCa(ANCHOR, List.of(), List.of()),
                        profile,
                        Epoch.at(PresentedChainSeeds.NOW, profile.epochLength()));
    }

    private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
        try {
            return new X509CertificateHolder(Encodings.of(certificate))
                    .isSignatureValid(
                            new JcaContentVerifierProviderBuilder()
                                    .setProvider(new BouncyCastleProvider())
                                    .build(issuer.getPublicKey()));
        } catch (Exception e) {
            throw new AssertionError("BouncyCastle cannot read " + certificate, e);
        }
    }

    private static List<byte[]> split(byte[] list) {
        var ders = new ArrayList<byte[]>();
        for (var at = 0; at + 3 <= list.length; ) {
            var length =
                    (list[at] & 0xff) << 16 | (list[at + 1] & 0xff) << 8 | (list[at + 2] & 0xff);
            var end = Math.min(list.length, at + 3 + length);
            ders.add(Arrays.copyOfRange(list, at + 3, end));
            at = end;
        }
        return ders;
    }

    private static X509Certificate anchor() {
        var sound =
                FuzzCorpus.kept("certificates").stream()
                        .filter(input -> input.name().equals(SOUND))
                        .findFirst()
                        .orElseThrow();
        try {
            return PresentedChain.parse(split(sound.bytes())).certificates().getLast();
        } catch (CertificateException e) {
            throw new IllegalStateException(SOUND + " is no chain", e);
        }
    }

    private static LeafPublicKey key() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return LeafPublicKey.of(generator.generateKeyPair().getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has EC P-256", e);
        }
    }
}
