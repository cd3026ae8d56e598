package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.DescribeResponse;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.Issuer;
import io.overt.signer.SignerWorld.Edge;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.Fault;
import io.overt.testkit.pki.TestIdentity;
import io.overt.x509.IssuerTrust;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.Mirroring;
import io.overt.x509.PresentedChain;
import io.overt.x509.Recipe;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TbsCertificateDer;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedUpstream;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two issuers, one trusted and one not: whichever an edge names, the signer's own verdict decides
 * what it signs. checklist 66
 */
class UntrustedForgeTest {

    @TempDir Path directory;
    private SignerWorld world;
    private Edge edge;
    private DescribeResponse described;

    @BeforeEach
    void start() throws Exception {
        world = SignerWorld.startWithUntrusted(directory);
        edge = world.edge("e1").enrolled();
        described = edge.describe();
    }

    @AfterEach
    void stop() throws Exception {
        world.stop();
    }

    @Test
    void an_older_edge_does_not_see_the_untrusted_issuer_among_the_others() {
        assertThat(described.getIssuersList()).hasSize(1);
        assertThat(described.getUntrustedIssuersList()).hasSize(1);
        assertThat(described.getIssuers(0)).isNotEqualTo(described.getUntrustedIssuers(0));
    }

    @Test
    void an_expired_upstream_becomes_an_expired_leaf_of_the_untrusted_issuer() throws Exception {
        TestIdentity expired = Fault.EXPIRED.in(world.internet).identity();

        X509Certificate leaf = forged(request(expired, Fault.HOST, untrusted()));

        leaf.verify(SignerWorld.ca(untrusted()).certificate().getPublicKey());
        assertThat(leaf.getNotAfter()).isEqualTo(expired.certificate().getNotAfter());
        assertThat(leaf.getIssuerX500Principal().getName()).contains("Untrusted");
    }

    /** The one launder that matters: checklist 50, 69. */
    @Test
    void no_chain_that_is_not_good_is_signed_by_the_trusted_issuer() throws Exception {
        for (Fault fault :
                List.of(
                        Fault.EXPIRED,
                        Fault.WRONG_HOST,
                        Fault.SELF_SIGNED,
                        Fault.UNTRUSTED_ROOT,
                        Fault.MISSING_INTERMEDIATE)) {
            TestIdentity faulty = fault.in(world.internet).identity();
            ForgeRequest.Builder request = request(faulty, Fault.HOST, untrusted());
            request.setIssuerSha256(fingerprint(described.getIssuers(0)));

            Refusal refusal = edge.refusedForge(request);

            assertThat(refusal.getReason())
                    .as("%s", fault)
                    .isEqualTo(RefusalReason.REFUSAL_REASON_UPSTREAM_NOT_VERIFIED);
        }
        assertThat(world.signatures()).isZero();
    }

    @Test
    void a_tbs_that_names_the_trusted_issuer_is_not_signed_by_the_other() throws Exception {
        ForgeRequest.Builder request =
                edge.request(world.upstream("www.origin.example"), "www.origin.example");
        request.setIssuerSha256(fingerprint(untrusted()));

        assertThat(edge.refusedForge(request).getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_TBS_DIFFERS);
    }

    /** An edge may know of a revocation, or have fewer anchors; it gains nothing by a lie. */
    @Test
    void a_good_chain_may_be_mirrored_as_untrusted() throws Exception {
        TestIdentity good = world.upstream("www.origin.example");

        X509Certificate leaf = forged(request(good, "www.origin.example", untrusted()));

        leaf.verify(SignerWorld.ca(untrusted()).certificate().getPublicKey());
    }

    @Test
    void what_the_signer_finds_must_be_such_that_a_leaf_can_show_it() throws Exception {
        TestIdentity weak = Fault.RSA_1024_LEAF.in(world.internet).identity();

        Refusal refusal = edge.refusedForge(request(weak, Fault.HOST, untrusted()));

        assertThat(refusal.getReason()).isEqualTo(RefusalReason.REFUSAL_REASON_NOT_MIRRORABLE);
        assertThat(refusal.getSubject()).isEqualTo("WEAK_KEY");
    }

    /** A request that came back to us through another edge: never for a chain to our own CA. */
    @Test
    void a_chain_to_our_own_ca_is_mirrored_by_neither() throws Exception {
        TestIdentity good = world.upstream("www.origin.example");
        X509Certificate ours = forged(edge.request(good, "www.origin.example"));
        TestIdentity inspected =
                new TestIdentity(List.of(ours, world.token.issuing()), good.privateKey());
        ForgeRequest.Builder request = request(good, "www.origin.example", untrusted());
        request.clearUpstreamChain();
        inspected.chainDer().forEach(der -> request.addUpstreamChain(ByteString.copyFrom(der)));

        Refusal refusal = edge.refusedForge(request);

        assertThat(refusal.getReason()).isEqualTo(RefusalReason.REFUSAL_REASON_NOT_MIRRORABLE);
        assertThat(refusal.getSubject()).isEqualTo("OWN_CA");
    }

    @Test
    void what_is_never_forged_is_not_forged_as_untrusted_either() throws Exception {
        TestIdentity expired =
                world.internet.issue(
                        CertificateSpec.leaf("never.example")
                                .valid(
                                        world.internet.now().minus(Duration.ofDays(9)),
                                        world.internet.now().minus(Duration.ofDays(1))));

        assertThat(edge.refusedForge(request(expired, "never.example", untrusted())).getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_NAME_NEVER_FORGED);
    }

    private Issuer untrusted() {
        return described.getUntrustedIssuers(0);
    }

    private X509Certificate forged(ForgeRequest.Builder request) throws Exception {
        return PresentedChain.parse(List.of(edge.forge(request).getCertificate().toByteArray()))
                .leaf();
    }

    private static ByteString fingerprint(Issuer issuer) throws Exception {
        return ByteString.copyFrom(SignerWorld.ca(issuer).fingerprint().bytes());
    }

    /** As an edge asks that found the upstream untrusted. */
    private ForgeRequest.Builder request(TestIdentity upstream, String name, Issuer issuer)
            throws Exception {
        IssuingCa known = SignerWorld.ca(issuer);
        IssuingCa ca =
                new IssuingCa(
                        known.certificate(),
                        known.crlUrls(),
                        known.caIssuersUrls(),
                        IssuerTrust.UNTRUSTED);
        UntrustedUpstream evidence =
                UntrustedUpstream.of(
                                new PresentedChain(upstream.chain()),
                                ReferenceIdentity.parse(name).orElseThrow(),
                                Instant.now(),
                                List.of(
                                        new UntrustedReason(
                                                UntrustedReason.Kind.NO_VALID_PATH, "as seen")))
                        .orElseThrow();
        Mirroring mirroring =
                MirrorRecipe.derive(
                        evidence,
                        LeafPublicKey.of(edge.leafKey.getPublic()),
                        ca,
                        new MirrorProfile(
                                "mirror",
                                Recipe.MIRROR,
                                "Example Corp",
                                "https://inspection.example/notice",
                                Duration.ofDays(825),
                                SignerWorld.EPOCH,
                                Duration.ofDays(1)),
                        SignerWorld.currentEpoch());
        TbsCertificateDer tbs =
                switch (mirroring) {
                    case Mirroring.Mirrored(TbsCertificateDer derived) -> derived;
                    case Mirroring.NotMirrorable not -> throw new AssertionError(not);
                };
        ForgeRequest.Builder request =
                ForgeRequest.newBuilder()
                        .setTbs(ByteString.copyFrom(tbs.der()))
                        .setServerName(name)
                        .setProfile("mirror")
                        .setEpoch(SignerWorld.currentEpoch().number())
                        .setIssuerSha256(ByteString.copyFrom(ca.fingerprint().bytes()))
                        .setPublicKey(ByteString.copyFrom(edge.leafKey.getPublic().getEncoded()));
        upstream.chainDer().forEach(der -> request.addUpstreamChain(ByteString.copyFrom(der)));
        return request;
    }
}
