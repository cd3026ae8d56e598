package io.overt.signer;

import static io.overt.signer.SignerWorld.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.ForgeResponse;
import io.overt.proto.signer.v1.Issuance;
import io.overt.proto.signer.v1.IssuerState;
import io.overt.signer.SignerWorld.Edge;
import io.overt.testkit.pki.TestIdentity;
import io.overt.x509.PresentedChain;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forging over the wire: mutual TLS, a key in SoftHSM, a store on disk. */
class ForgeTest {

    @TempDir Path directory;
    private SignerWorld world;
    private Edge edge;

    @BeforeEach
    void start() throws Exception {
        world = SignerWorld.start(directory);
        edge = world.edge("e1").enrolled();
    }

    @AfterEach
    void stop() throws Exception {
        world.stop();
    }

    @Test
    void a_verified_upstream_becomes_a_leaf_of_the_inspection_ca() throws Exception {
        TestIdentity upstream = world.upstream("www.origin.example", "origin.example");
        ForgeRequest.Builder request = edge.request(upstream, "www.origin.example");

        ForgeResponse response = edge.forge(request);

        X509Certificate leaf = certificate(response);
        leaf.verify(world.token.issuing().getPublicKey());
        assertThat(leaf.getTBSCertificate()).isEqualTo(request.getTbs().toByteArray());
        assertThat(leaf.getSubjectX500Principal())
                .isEqualTo(upstream.certificate().getSubjectX500Principal());
        assertThat(leaf.getSubjectAlternativeNames())
                .containsExactlyElementsOf(upstream.certificate().getSubjectAlternativeNames());
        assertThat(leaf.getPublicKey()).isEqualTo(edge.leafKey.getPublic());
        assertThat(response.getIssuance()).isEqualTo(Issuance.ISSUANCE_SIGNED);
        assertThat(world.signatures()).isEqualTo(1);
    }

    @Test
    void the_signer_tells_edges_all_they_need_to_derive() throws Exception {
        assertThat(edge.describe().getIssuersList())
                .singleElement()
                .satisfies(
                        issuer -> {
                            assertThat(issuer.getCertificate().toByteArray())
                                    .isEqualTo(world.token.issuing().getEncoded());
                            assertThat(issuer.getState())
                                    .isEqualTo(IssuerState.ISSUER_STATE_ACTIVE);
                            assertThat(issuer.getCrlUrlsList())
                                    .containsExactly("http://crl.corp.example/issuing.crl");
                        });
        assertThat(edge.describe().getProfilesList())
                .extracting(profile -> profile.getName() + " " + profile.getRecipe())
                .containsExactly("mirror RECIPE_MIRROR", "strict RECIPE_STRICT");
    }

    @Test
    void both_profiles_are_signed() throws Exception {
        TestIdentity upstream = world.upstream("www.origin.example");

        X509Certificate mirror =
                certificate(edge.forge(edge.request(upstream, "www.origin.example", "mirror")));
        X509Certificate strict =
                certificate(edge.forge(edge.request(upstream, "www.origin.example", "strict")));

        assertThat(mirror.getExtensionValue("2.5.29.32")).as("certificatePolicies").isNotNull();
        assertThat(strict.getExtensionValue("2.5.29.32")).as("certificatePolicies").isNull();
    }

    @Test
    void fifty_requests_for_one_tbs_cost_one_signature_and_get_one_certificate() throws Exception {
        ForgeRequest.Builder request =
                edge.request(world.upstream("www.origin.example"), "www.origin.example");
        Set<ByteString> certificates = new HashSet<>();
        List<Issuance> issuances = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ForgeResponse>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(
                        callers.submit(
                                () -> {
                                    start.await();
                                    return edge.forge(request.clone());
                                }));
            }
            start.countDown();
            for (Future<ForgeResponse> answer : answers) {
                certificates.add(answer.get().getCertificate());
                issuances.add(answer.get().getIssuance());
            }
        }

        assertThat(certificates).hasSize(1);
        assertThat(issuances).containsOnlyOnce(Issuance.ISSUANCE_SIGNED);
        assertThat(world.signatures()).isEqualTo(1);
        assertThat(world.serving().registry().get("overt.signer.index.hits").counter().count())
                .isEqualTo(49);
    }

    // checklist 71
    @Test
    void after_a_restart_the_same_tbs_gets_the_same_certificate_and_no_signature()
            throws Exception {
        ForgeRequest.Builder request =
                edge.request(world.upstream("www.origin.example"), "www.origin.example");
        ByteString before = edge.forge(request).getCertificate();

        world.restart();
        ForgeResponse after = world.edge("e1").with(edge.leafKey).forge(request);

        assertThat(after.getCertificate()).isEqualTo(before);
        assertThat(after.getIssuance()).isEqualTo(Issuance.ISSUANCE_REPEATED);
        assertThat(world.signatures()).isZero();
    }

    @Test
    void a_restart_of_the_token_in_between_is_not_seen() throws Exception {
        edge.forge(edge.request(world.upstream("a.origin.example"), "a.origin.example"));
        world.token.dropSessions();

        ForgeResponse response =
                edge.forge(edge.request(world.upstream("b.origin.example"), "b.origin.example"));

        certificate(response).verify(world.token.issuing().getPublicKey());
        assertThat(world.serving().readiness().unmet()).isEmpty();
    }

    @Test
    void an_edge_of_another_site_gets_nothing_for_a_key_that_is_not_its_own() throws Exception {
        Edge paris = world.caller(world.fleet.site("paris"), "edge", "e1").with(edge.leafKey);

        Refusal refusal =
                paris.refusedForge(
                        paris.request(world.upstream("www.origin.example"), "www.origin.example"));

        assertThat(refusal.getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ENROLLED);
        assertThat(world.signatures()).isZero();
    }

    // checklist 67, 73
    @Test
    void only_edges_may_call() throws Exception {
        for (String role : List.of("signer", "control", "operator", "security")) {
            Edge other = world.caller(world.fleet, role, "x1");

            assertThat(refusal(other::describe).getReason())
                    .as(role)
                    .isEqualTo(RefusalReason.REFUSAL_REASON_CALLER_NOT_ALLOWED);
        }
    }

    @Test
    void a_chain_that_the_signer_does_not_verify_is_not_forged() throws Exception {
        TestIdentity good = world.upstream("www.origin.example");
        ForgeRequest.Builder request = edge.request(good, "www.origin.example");

        assertRefused(
                request.clone().setServerName("www.other.example"),
                RefusalReason.REFUSAL_REASON_UPSTREAM_NOT_VERIFIED,
                "NAME_MISMATCH");
        ForgeRequest.Builder alone = request.clone().clearUpstreamChain();
        alone.addUpstreamChain(request.getUpstreamChain(0));
        assertRefused(alone, RefusalReason.REFUSAL_REASON_UPSTREAM_NOT_VERIFIED, "UNKNOWN_ISSUER");
    }

    @Test
    void a_leaf_of_our_own_is_no_evidence_for_another() throws Exception {
        X509Certificate forged =
                certificate(
                        edge.forge(
                                edge.request(
                                        world.upstream("www.origin.example"),
                                        "www.origin.example")));
        ForgeRequest.Builder request =
                edge.request(world.upstream("b.origin.example"), "b.origin.example")
                        .setServerName("www.origin.example")
                        .clearUpstreamChain()
                        .addUpstreamChain(ByteString.copyFrom(forged.getEncoded()))
                        .addUpstreamChain(ByteString.copyFrom(world.token.issuing().getEncoded()));

        assertRefused(request, RefusalReason.REFUSAL_REASON_UPSTREAM_NOT_VERIFIED, "OWN_CA");
    }

    @Test
    void a_name_on_the_never_forge_list_is_refused_wherever_it_stands() throws Exception {
        record Case(String asked, String hit, List<String> names) {}
        for (Case each :
                List.of(
                        new Case(
                                "signer.corp.example",
                                "signer.corp.example",
                                List.of("signer.corp.example")),
                        new Case(
                                "www.origin.example",
                                "signer.corp.example",
                                List.of("www.origin.example", "signer.corp.example")),
                        new Case(
                                "www.origin.example",
                                "*.corp.example",
                                List.of("www.origin.example", "*.corp.example")),
                        new Case(
                                "a.b.internal.example",
                                "a.b.internal.example",
                                List.of("a.b.internal.example")),
                        new Case("192.0.2.7", "192.0.2.7", List.of("192.0.2.7")))) {
            TestIdentity upstream = world.upstream(each.names.toArray(String[]::new));

            Refusal refusal = edge.refusedForge(edge.request(upstream, each.asked));

            assertThat(refusal.getReason())
                    .as(each.toString())
                    .isEqualTo(RefusalReason.REFUSAL_REASON_NAME_NEVER_FORGED);
            assertThat(refusal.getSubject()).isEqualTo(each.hit);
        }
        assertThat(world.signatures()).isZero();
        assertThat(world.refusals("Forge", "name-never-forged")).isEqualTo(5);
    }

    @Test
    void what_is_not_known_or_not_current_is_named() throws Exception {
        ForgeRequest.Builder request =
                edge.request(world.upstream("www.origin.example"), "www.origin.example");

        assertRefused(
                request.clone().setProfile("none"),
                RefusalReason.REFUSAL_REASON_PROFILE_UNKNOWN,
                "profile");
        assertRefused(
                request.clone().setIssuerSha256(ByteString.copyFrom(new byte[32])),
                RefusalReason.REFUSAL_REASON_ISSUER_NOT_ACTIVE,
                "issuer_sha256");
        // An index hit needs no check, so each of these asks for what was not signed before.
        assertRefused(
                request.clone().setEpoch(request.getEpoch() + 2),
                RefusalReason.REFUSAL_REASON_EPOCH_NOT_CURRENT,
                "epoch");
        assertRefused(
                request.clone().setPublicKey(ByteString.copyFrom(new byte[91])),
                RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED,
                "public_key");
    }

    @Test
    void what_is_malformed_is_named() throws Exception {
        ForgeRequest.Builder request =
                edge.request(world.upstream("www.origin.example"), "www.origin.example");

        assertMalformed(request.clone().clearTbs(), "tbs");
        assertMalformed(
                request.clone().setTbs(ByteString.copyFrom(new byte[64 * 1024 + 1])), "tbs");
        assertMalformed(request.clone().clearUpstreamChain(), "upstream_chain");
        assertMalformed(
                request.clone().setUpstreamChain(0, ByteString.copyFromUtf8("no DER")),
                "upstream_chain");
        assertMalformed(request.clone().clearServerName(), "server_name");
        assertMalformed(request.clone().setServerName("b\u00fccher.example"), "server_name");
        assertMalformed(request.clone().clearIssuerSha256(), "issuer_sha256");
        assertMalformed(request.clone().setEpoch(-1), "epoch");
    }

    @Test
    void a_request_over_the_limit_is_turned_away_before_it_is_read() throws Exception {
        ForgeRequest.Builder request =
                edge.request(world.upstream("www.origin.example"), "www.origin.example");
        request.addUpstreamChain(ByteString.copyFrom(new byte[600 * 1024]));

        try {
            edge.forge(request);
        } catch (StatusRuntimeException e) {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            return;
        }
        throw new AssertionError("taken");
    }

    @Test
    void an_issuer_that_is_not_active_signs_no_more_and_repeats_what_it_signed() throws Exception {
        ForgeRequest.Builder signed =
                edge.request(world.upstream("a.origin.example"), "a.origin.example");
        ByteString before = edge.forge(signed).getCertificate();

        world.restartWithIssuer("retiring");
        Edge later = world.edge("e1").with(edge.leafKey);

        assertThat(later.forge(signed).getCertificate()).isEqualTo(before);
        assertThat(
                        later.refusedForge(
                                        later.request(
                                                world.upstream("b.origin.example"),
                                                "b.origin.example"))
                                .getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_ISSUER_NOT_ACTIVE);
        assertThat(later.describe().getIssuers(0).getState())
                .isEqualTo(IssuerState.ISSUER_STATE_RETIRING);
        assertThat(world.serving().readiness().unmet()).containsKey("issuer");
    }

    @Test
    void every_counter_is_there_at_zero() {
        assertThat(world.signatures()).isZero();
        for (RefusalReason reason : RefusalReason.values()) {
            if (reason != RefusalReason.UNRECOGNIZED
                    && reason != RefusalReason.REFUSAL_REASON_UNSPECIFIED) {
                assertThat(world.refusals("Forge", SignerService.text(reason))).isZero();
                assertThat(world.refusals("EnrolLeafKey", SignerService.text(reason))).isZero();
            }
        }
    }

    private void assertMalformed(ForgeRequest.Builder request, String field) {
        assertRefused(request, RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST, field);
    }

    private void assertRefused(ForgeRequest.Builder request, RefusalReason reason, String subject) {
        Refusal refusal = edge.refusedForge(request);
        assertThat(refusal.getReason()).as(refusal.getDetail()).isEqualTo(reason);
        assertThat(refusal.getSubject()).isEqualTo(subject);
        assertThat(refusal.getDetail()).isNotEmpty();
    }

    private static X509Certificate certificate(ForgeResponse response) throws Exception {
        return PresentedChain.parse(List.of(response.getCertificate().toByteArray())).leaf();
    }
}
