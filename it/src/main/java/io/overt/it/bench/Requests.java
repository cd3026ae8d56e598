package io.overt.it.bench;

import com.google.protobuf.ByteString;
import io.overt.proto.signer.v1.DescribeRequest;
import io.overt.proto.signer.v1.DescribeResponse;
import io.overt.proto.signer.v1.EnrolLeafKeyRequest;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.Profile;
import io.overt.proto.signer.v1.SignerGrpc;
import io.overt.signer.issue.LeafKeyDesk;
import io.overt.signer.issue.VerifyingCode;
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
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Forge requests as an edge makes them, each for a host that nobody asked for before, with a chain
 * of its own: a leaf and an intermediate, P-256. Made ahead, so that making them is not measured.
 */
final class Requests {

    private final TestPki internet;
    private final KeyPair leafKey = keyPair();
    private final KeyPair originKey = keyPair();
    private final AtomicInteger hosts = new AtomicInteger();
    private final BoundedChainVerifier verifier;
    private final IssuingCa ca;
    private final MirrorProfile profile;
    private final Epoch epoch;

    /** Enrols a leaf key for the edge's site. */
    Requests(TestPki internet, String site, SignerGrpc.SignerBlockingStub signer)
            throws GeneralSecurityException {
        this.internet = internet;
        verifier =
                new BoundedChainVerifier(
                        TrustAnchors.of(List.of(internet.anchor())),
                        VerifyingCode.choose(VerifyingCode.Wanted.NATIVE).maths().remembering(10));
        DescribeResponse described = signer.describe(DescribeRequest.getDefaultInstance());
        ca =
                new IssuingCa(
                        PresentedChain.parse(
                                        List.of(
                                                described
                                                        .getIssuers(0)
                                                        .getCertificate()
                                                        .toByteArray()))
                                .leaf(),
                        described.getIssuers(0).getCrlUrlsList(),
                        described.getIssuers(0).getCaIssuersUrlsList());
        Profile first = described.getProfiles(0);
        profile =
                new MirrorProfile(
                        first.getName(),
                        Recipe.MIRROR,
                        first.getOrganisation(),
                        first.getNoticeUrl(),
                        Duration.ofSeconds(first.getMaxLifetime().getSeconds()),
                        Duration.ofSeconds(first.getEpochLength().getSeconds()),
                        Duration.ofSeconds(first.getEpochGrace().getSeconds()));
        epoch = Epoch.at(Instant.now(), profile.epochLength());
        byte[] spki = leafKey.getPublic().getEncoded();
        Signature possession = Signature.getInstance("SHA256withECDSA");
        possession.initSign(leafKey.getPrivate());
        possession.update(LeafKeyDesk.possession(site, epoch, spki));
        var _ =
                signer.enrolLeafKey(
                        EnrolLeafKeyRequest.newBuilder()
                                .setPublicKey(ByteString.copyFrom(spki))
                                .setEpoch(epoch.number())
                                .setProofOfPossession(ByteString.copyFrom(possession.sign()))
                                .build());
    }

    /** As many, on all cores. */
    List<ForgeRequest> make(int count) {
        return IntStream.range(0, count).parallel().mapToObj(_ -> next()).toList();
    }

    private ForgeRequest next() {
        String host = "h%d.example".formatted(hosts.incrementAndGet());
        TestIdentity upstream =
                internet.issue(
                        CertificateSpec.leaf(host, "www." + host)
                                .key(originKey)
                                .policies("2.23.140.1.1")
                                .scts(2)
                                .crl("http://crl.ca.example/ca.crl")
                                .authorityInfo("http://ocsp.ca.example", "http://ca.example/ca"));
        ForgeRequest.Builder request =
                ForgeRequest.newBuilder()
                        .setTbs(ByteString.copyFrom(derived(upstream, host)))
                        .setServerName(host)
                        .setProfile(profile.name())
                        .setEpoch(epoch.number())
                        .setIssuerSha256(ByteString.copyFrom(ca.fingerprint().bytes()))
                        .setPublicKey(ByteString.copyFrom(leafKey.getPublic().getEncoded()));
        upstream.chainDer().forEach(der -> request.addUpstreamChain(ByteString.copyFrom(der)));
        return request.build();
    }

    private byte[] derived(TestIdentity upstream, String host) {
        Verdict verdict =
                verifier.verify(
                        new PresentedChain(upstream.chain()),
                        ReferenceIdentity.parse(host).orElseThrow(),
                        Instant.now());
        if (verdict instanceof Verdict.Verified(var verified)
                && MirrorRecipe.derive(
                                verified, LeafPublicKey.of(leafKey.getPublic()), ca, profile, epoch)
                        instanceof Mirroring.Mirrored(var tbs)) {
            return tbs.der();
        }
        throw new IllegalStateException(host + ": " + verdict);
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has P-256", e);
        }
    }
}
