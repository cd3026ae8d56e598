package io.overt.signer.issue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import io.overt.signer.key.KeyState;
import io.overt.signer.key.Signing;
import io.overt.signer.key.SigningKey;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.ChainVerifier;
import io.overt.x509.Epoch;
import io.overt.x509.IssuerTrust;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.Mirroring;
import io.overt.x509.PresentedChain;
import io.overt.x509.Recipe;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TrustAnchors;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.Verdict;
import io.overt.x509.lint.Defect;
import io.overt.x509.lint.LeafLint;
import io.overt.x509.lint.LeafTerms;
import io.overt.x509.lint.LintRule;
import io.overt.x509.lint.LintVerdict;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.jce.spec.ECNamedCurveSpec;

/**
 * Fuzz target: what an edge may send to {@code Forge}. Every check up to the token either refuses
 * with a reason or lets through what is byte for byte the derived TBS; nothing throws; and whatever
 * an untrusted upstream's certificate makes of the recipe, the linter finds nothing that is not the
 * certificate's own.
 *
 * <p>An input is a {@code ForgeRequest}. Keys are fixed and signatures deterministic, so that kept
 * inputs fit the world that this class makes anew.
 */
public final class ForgeRequestFuzz {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final String HOST = "www.origin.example";
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Epoch EPOCH = Epoch.at(NOW, WEEK);
    private static final FleetIdentity EDGE = new FleetIdentity("berlin", Role.EDGE, "e1");
    private static final LeafPublicKey KEY = LeafPublicKey.of(key(3).getPublic());

    /** What the linter says of certificates that {@code MIRROR} would keep as they are. */
    private static final Set<LintRule> OF_THE_UPSTREAM =
            Set.of(
                    LintRule.POWER_BEYOND_TLS,
                    LintRule.NAME_FORM,
                    LintRule.DNS_NAME,
                    LintRule.READABLE);

    private static final IssuingCa TRUSTED =
            issuingCa("Fuzz Inspection CA", 4, IssuerTrust.TRUSTED);
    private static final IssuingCa UNTRUSTED =
            issuingCa("Fuzz Untrusted Inspection CA", 5, IssuerTrust.UNTRUSTED);
    private static final Map<String, MirrorProfile> PROFILES =
            Map.of(
                    "mirror", profile("mirror", Recipe.MIRROR),
                    "strict", profile("strict", Recipe.STRICT));
    private static final ChainVerifier VERIFIER =
            new BoundedChainVerifier(TrustAnchors.of(List.of(internet().certificate())));
    private static final ForgeChecks CHECKS = checks();

    private ForgeRequestFuzz() {}

    /** Good requests, by both recipes and both issuers. */
    public static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        TestIdentity plain = internet().issue(leaf());
        TestIdentity rich =
                internet()
                        .issue(
                                leaf("*.origin.example", "192.0.2.1", "2001:db8::1")
                                        .policies("2.23.140.1.1")
                                        .scts(2)
                                        .mustStaple());
        for (TestIdentity upstream : List.of(plain, rich)) {
            for (MirrorProfile profile : PROFILES.values()) {
                seeds.add(request(upstream, profile, TRUSTED).toByteArray());
                seeds.add(request(upstream, profile, UNTRUSTED).toByteArray());
            }
        }
        return seeds;
    }

    /** Makes the world before the first input, whose time it is not. */
    public static void fuzzerInitialize() {
        seeds().forEach(ForgeRequestFuzz::fuzzerTestOneInput);
    }

    /** {@code input} as above. */
    public static void fuzzerTestOneInput(byte[] input) {
        ForgeRequest request;
        try {
            request = ForgeRequest.parseFrom(input);
        } catch (InvalidProtocolBufferException _) {
            return;
        }
        try {
            CHECKS.requireShape(request);
            var _ = CHECKS.namedTrust(request);
            IssuanceToken token = CHECKS.approve(EDGE, request);
            if (!ByteString.copyFrom(token.spend()).equals(request.getTbs())) {
                throw new AssertionError("approved another TBS than was sent");
            }
        } catch (RefusedException e) {
            Answer.Refused refused = e.refused();
            if (refused.reason() == RefusalReason.REFUSAL_REASON_UNSPECIFIED
                    || refused.reason() == RefusalReason.REFUSAL_REASON_INTERNAL
                    || refused.detail().isEmpty()) {
                throw new AssertionError("refused without a reason: " + refused, e);
            }
        } catch (IndexException e) {
            throw new AssertionError("the register has no faults", e);
        }
        request.getUpstreamChainList().stream()
                .findFirst()
                .ifPresent(leaf -> mirrored(leaf.toByteArray()));
    }

    /** As approve does, without the comparison that few inputs pass. */
    private static void mirrored(byte[] leaf) {
        PresentedChain chain;
        try {
            chain = PresentedChain.parse(List.of(leaf));
        } catch (CertificateException _) {
            return;
        }
        ReferenceIdentity name = ReferenceIdentity.parse(HOST).orElseThrow();
        if (VERIFIER.verify(chain, name, NOW) instanceof Verdict.Untrusted(var reasons)) {
            Optional<UntrustedUpstream> upstream = UntrustedUpstream.of(chain, name, NOW, reasons);
            for (MirrorProfile profile : PROFILES.values()) {
                upstream.ifPresent(each -> lint(each, profile));
            }
        }
    }

    private static void lint(UntrustedUpstream upstream, MirrorProfile profile) {
        if (MirrorRecipe.derive(upstream, KEY, UNTRUSTED, profile, EPOCH)
                        instanceof Mirroring.Mirrored(var tbs)
                && LeafLint.of(tbs.der(), new LeafTerms(UNTRUSTED, profile, KEY, EPOCH, Set.of()))
                        instanceof LintVerdict.Defective(List<Defect> defects)
                && !OF_THE_UPSTREAM.containsAll(defects.stream().map(Defect::rule).toList())) {
            throw new AssertionError("derived what the linter refuses: " + defects);
        }
    }

    private static ForgeRequest request(
            TestIdentity upstream, MirrorProfile profile, IssuingCa issuer) {
        PresentedChain chain = new PresentedChain(upstream.chain());
        ReferenceIdentity name = ReferenceIdentity.parse(HOST).orElseThrow();
        Mirroring mirroring =
                switch (VERIFIER.verify(chain, name, NOW)) {
                    case Verdict.Untrusted untrusted -> throw new AssertionError(untrusted);
                    case Verdict.Verified(var verified) ->
                            switch (issuer.trust()) {
                                case TRUSTED ->
                                        MirrorRecipe.derive(verified, KEY, issuer, profile, EPOCH);
                                case UNTRUSTED ->
                                        MirrorRecipe.derive(
                                                UntrustedUpstream.of(
                                                                chain,
                                                                name,
                                                                NOW,
                                                                List.of(
                                                                        new UntrustedReason(
                                                                                UntrustedReason.Kind
                                                                                        .NO_VALID_PATH,
                                                                                "for the seed")))
                                                        .orElseThrow(),
                                                KEY,
                                                issuer,
                                                profile,
                                                EPOCH);
                            };
                };
        if (!(mirroring instanceof Mirroring.Mirrored(var tbs))) {
            throw new AssertionError(mirroring);
        }
        ForgeRequest.Builder request =
                ForgeRequest.newBuilder()
                        .setTbs(ByteString.copyFrom(tbs.der()))
                        .setServerName(HOST)
                        .setProfile(profile.name())
                        .setEpoch(EPOCH.number())
                        .setIssuerSha256(ByteString.copyFrom(issuer.fingerprint().bytes()))
                        .setPublicKey(ByteString.copyFrom(KEY.spki()));
        chain.encoded().forEach(der -> request.addUpstreamChain(ByteString.copyFrom(der)));
        return request.build();
    }

    private static CertificateSpec leaf(String... more) {
        List<String> names = new ArrayList<>(List.of(HOST));
        names.addAll(List.of(more));
        return CertificateSpec.leaf(names.toArray(String[]::new))
                .key(key(2))
                .valid(NOW.minus(Duration.ofDays(20)), NOW.plus(Duration.ofDays(70)));
    }

    /** Anew each time: an authority counts its serial numbers. */
    private static TestAuthority internet() {
        return TestAuthority.root(CertificateSpec.ca("Fuzz Root").key(key(1)), NOW);
    }

    private static ForgeChecks checks() {
        return new ForgeChecks(
                Map.of(
                        TRUSTED.fingerprint(), issuer(TRUSTED),
                        UNTRUSTED.fingerprint(), issuer(UNTRUSTED)),
                new InForce(
                        new Rules(
                                new NeverForged(
                                        List.of(
                                                "never.example",
                                                "*.internal.example",
                                                "192.0.2.7")),
                                List.copyOf(PROFILES.values()))),
                VERIFIER,
                new OneKey(),
                new EpochWindow(WEEK, Duration.ofMinutes(5)),
                () -> NOW,
                new LintGate(new SimpleMeterRegistry()),
                Set.of());
    }

    private static Issuer issuer(IssuingCa ca) {
        return new Issuer(
                ca, List.of(), IssuerState.ACTIVE, new NeverAsked(ca.certificate().getPublicKey()));
    }

    private static IssuingCa issuingCa(String name, int key, IssuerTrust trust) {
        return new IssuingCa(
                TestAuthority.root(CertificateSpec.ca(name).key(key(key)), NOW).certificate(),
                List.of("http://crl.corp.example/issuing.crl"),
                List.of(),
                trust);
    }

    private static MirrorProfile profile(String name, Recipe recipe) {
        return new MirrorProfile(
                name,
                recipe,
                "Example Corp",
                "https://inspection.example/notice",
                Duration.ofDays(90),
                WEEK,
                Duration.ofDays(1));
    }

    /** The P-256 key of this number; protects nothing. */
    private static KeyPair key(int number) {
        try {
            var curve = ECNamedCurveTable.getParameterSpec("P-256");
            var jdk =
                    new ECNamedCurveSpec("secp256r1", curve.getCurve(), curve.getG(), curve.getN());
            BigInteger scalar =
                    BigInteger.valueOf(1_000_003L).pow(8).add(BigInteger.valueOf(number));
            var point = curve.getG().multiply(scalar).normalize();
            KeyFactory factory = KeyFactory.getInstance("EC");
            return new KeyPair(
                    factory.generatePublic(
                            new ECPublicKeySpec(
                                    new ECPoint(
                                            point.getAffineXCoord().toBigInteger(),
                                            point.getAffineYCoord().toBigInteger()),
                                    jdk)),
                    factory.generatePrivate(new ECPrivateKeySpec(scalar, jdk)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has EC P-256", e);
        }
    }

    /** A register with the one key, at the one site. */
    private static final class OneKey implements LeafKeyRegister {
        @Override
        public Enrolment enrol(
                String site,
                Epoch epoch,
                LeafPublicKey key,
                String requester,
                int limit,
                Epoch oldest,
                Instant at) {
            return Enrolment.FULL;
        }

        @Override
        public boolean enrolled(String site, Epoch epoch, LeafPublicKey key) {
            return site.equals(EDGE.site()) && key.equals(KEY);
        }
    }

    /** No check asks a key for a signature. */
    private record NeverAsked(PublicKey publicKey) implements SigningKey {
        @Override
        public Signing sign(byte[] content) {
            throw new AssertionError("a check had something signed");
        }

        @Override
        public Optional<Signing.NotSigned> canary() {
            return Optional.empty();
        }

        @Override
        public KeyState state() {
            return KeyState.UP;
        }
    }
}
