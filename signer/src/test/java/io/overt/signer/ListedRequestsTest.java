package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.ByteString;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.signer.SignerWorld.Edge;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.lint.LintRule;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests whose TBS may be good and that are wrong otherwise: foreign issuers, other sites' and
 * CAs' keys, evidence that is none, powers. Each is refused with its reason and costs no signature.
 */
// checklist 55, 60, 66, 67, 69
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListedRequestsTest {

    private static final String NAME = "www.origin.example";

    private SignerWorld world;
    private Edge edge;
    private TestIdentity upstream;
    private ForgeRequest good;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        world = SignerWorld.start(directory);
        edge = world.edge("e1").enrolled();
        upstream = world.upstream(NAME, "origin.example");
        good = edge.request(upstream, NAME).build();
    }

    @AfterAll
    void stop() throws Exception {
        world.stop();
    }

    private record Row(
            String name, RefusalReason reason, String subject, Edge edge, ForgeRequest request) {}

    @TestFactory
    Stream<DynamicTest> each_is_refused_with_its_reason_and_nothing_is_signed() throws Exception {
        List<Row> rows = new ArrayList<>();
        rows.addAll(keys());
        rows.addAll(evidence());
        rows.addAll(fields());
        rows.addAll(powers());
        assertThat(rows).extracting(Row::name).doesNotHaveDuplicates();
        return rows.stream()
                .map(
                        row ->
                                dynamicTest(
                                        row.name(),
                                        () -> {
                                            Refusal refusal =
                                                    SignerWorld.refusal(
                                                            () ->
                                                                    row.edge()
                                                                            .stub
                                                                            .forge(row.request()));
                                            assertThat(refusal.getReason())
                                                    .as(refusal.getDetail())
                                                    .isEqualTo(row.reason());
                                            assertThat(refusal.getSubject())
                                                    .isEqualTo(row.subject());
                                            assertThat(world.signatures()).isZero();
                                        }));
    }

    @Test
    void a_breach_is_counted_by_its_rule_and_every_rule_is_there_at_zero() throws Exception {
        TestIdentity powerful =
                world.internet.issue(
                        CertificateSpec.leaf(NAME)
                                .extendedKeyUsage(
                                        KeyPurposeId.id_kp_serverAuth,
                                        KeyPurposeId.id_kp_OCSPSigning));
        double before = defects(LintRule.POWER_BEYOND_TLS);

        edge.refusedForge(edge.request(powerful, NAME));

        assertThat(defects(LintRule.POWER_BEYOND_TLS)).isEqualTo(before + 1);
        for (LintRule rule : LintRule.values()) {
            if (rule != LintRule.POWER_BEYOND_TLS) {
                assertThat(defects(rule)).as(rule.text()).isZero();
            }
        }
    }

    private double defects(LintRule rule) {
        return world.serving()
                .registry()
                .get("overt.signer.lint.defects")
                .tag("rule", rule.text())
                .counter()
                .count();
    }

    private List<Row> keys() throws Exception {
        Edge paris = world.caller(world.fleet.site("paris"), "edge", "e1").with(edge.leafKey);
        Edge operator = world.caller(world.fleet, "operator", "o1").with(edge.leafKey);
        ByteString caKey =
                ByteString.copyFrom(
                        SignerWorld.ca(edge.describe().getIssuers(0))
                                .certificate()
                                .getPublicKey()
                                .getEncoded());
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        Edge stranger = edge.with(SignerWorld.leafKey());
        return List.of(
                new Row(
                        "DESIGN §2: another site's key",
                        RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ENROLLED,
                        "public_key",
                        paris,
                        good),
                new Row(
                        "CHECKLIST 67: a caller that is no edge",
                        RefusalReason.REFUSAL_REASON_CALLER_NOT_ALLOWED,
                        "overt.signer.v1.Signer/Forge",
                        operator,
                        good),
                row(
                        "DESIGN §8: a key that nobody enrolled",
                        RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ENROLLED,
                        "public_key",
                        stranger.request(upstream, NAME).build()),
                row(
                        "CHECKLIST 60: the issuing CA's key",
                        RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ENROLLED,
                        "public_key",
                        good.toBuilder().setPublicKey(caKey).build()),
                row(
                        "DESIGN §6: an RSA key",
                        RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED,
                        "public_key",
                        good.toBuilder()
                                .setPublicKey(
                                        ByteString.copyFrom(
                                                rsa.generateKeyPair().getPublic().getEncoded()))
                                .build()));
    }

    private List<Row> evidence() throws Exception {
        TestIdentity foreign = TestPki.create().issue(CertificateSpec.leaf(NAME));
        byte[] csr =
                new JcaPKCS10CertificationRequestBuilder(
                                upstream.certificate().getSubjectX500Principal(),
                                edge.leafKey.getPublic())
                        .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(edge.leafKey.getPrivate()))
                        .getEncoded();
        ForgeRequest.Builder bare = good.toBuilder().clearUpstreamChain();
        return List.of(
                row(
                        "CHECKLIST 67: a CSR as evidence",
                        RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST,
                        "upstream_chain",
                        bare.clone().addUpstreamChain(ByteString.copyFrom(csr)).build()),
                row(
                        "CHECKLIST 67: a CSR as TBS",
                        RefusalReason.REFUSAL_REASON_TBS_DIFFERS,
                        "encoding",
                        good.toBuilder().setTbs(ByteString.copyFrom(csr)).build()),
                row(
                        "DESIGN §8: no evidence",
                        RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST,
                        "upstream_chain",
                        bare.build()),
                row(
                        "DESIGN §8: evidence by a CA that nobody knows",
                        RefusalReason.REFUSAL_REASON_UPSTREAM_NOT_VERIFIED,
                        "UNKNOWN_ISSUER",
                        bare.clone()
                                .addUpstreamChain(
                                        ByteString.copyFrom(foreign.certificate().getEncoded()))
                                .build()),
                row(
                        "CHECKLIST 66: a certificate of another name",
                        RefusalReason.REFUSAL_REASON_UPSTREAM_NOT_VERIFIED,
                        "NAME_MISMATCH",
                        good.toBuilder().setServerName("www.bank.example").build()));
    }

    private List<Row> fields() {
        return List.of(
                row(
                        "DESIGN §4: another signer's issuer",
                        RefusalReason.REFUSAL_REASON_ISSUER_NOT_ACTIVE,
                        "issuer_sha256",
                        good.toBuilder()
                                .setIssuerSha256(ByteString.copyFrom(new byte[32]))
                                .build()),
                row(
                        "DESIGN §8: the digest of a digest",
                        RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST,
                        "issuer_sha256",
                        good.toBuilder()
                                .setIssuerSha256(ByteString.copyFrom(new byte[20]))
                                .build()),
                row(
                        "DESIGN §8: a profile of the edge's own",
                        RefusalReason.REFUSAL_REASON_PROFILE_UNKNOWN,
                        "profile",
                        good.toBuilder().setProfile("mine").build()),
                row(
                        "DESIGN §4: a leaf of the other profile",
                        RefusalReason.REFUSAL_REASON_TBS_DIFFERS,
                        "validity notBefore",
                        good.toBuilder().setProfile("strict").build()),
                row(
                        "DESIGN §6: an epoch to come",
                        RefusalReason.REFUSAL_REASON_EPOCH_NOT_CURRENT,
                        "epoch",
                        good.toBuilder().setEpoch(good.getEpoch() + 2).build()),
                row(
                        "DESIGN §6: an epoch that is over",
                        RefusalReason.REFUSAL_REASON_EPOCH_NOT_CURRENT,
                        "epoch",
                        good.toBuilder().setEpoch(good.getEpoch() - 2).build()),
                row(
                        "RFC 9525 §6.3: a wildcard as the name",
                        RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST,
                        "server_name",
                        good.toBuilder().setServerName("*.origin.example").build()),
                row(
                        "DESIGN §8: a name that is never forged",
                        RefusalReason.REFUSAL_REASON_NAME_NEVER_FORGED,
                        "signer.corp.example",
                        good.toBuilder().setServerName("signer.corp.example").build()));
    }

    /** Really valid certificates, really derived alike by both: only the linter is in the way. */
    private List<Row> powers() throws Exception {
        List<Row> rows = new ArrayList<>();
        for (KeyPurposeId power :
                List.of(
                        KeyPurposeId.id_kp_OCSPSigning,
                        KeyPurposeId.id_kp_codeSigning,
                        KeyPurposeId.id_kp_timeStamping)) {
            TestIdentity powerful =
                    world.internet.issue(
                            CertificateSpec.leaf(NAME)
                                    .extendedKeyUsage(KeyPurposeId.id_kp_serverAuth, power));
            rows.add(
                    row(
                            "DESIGN §8: an upstream with a power, " + power.getId(),
                            RefusalReason.REFUSAL_REASON_LINT_FAILED,
                            LintRule.POWER_BEYOND_TLS.text(),
                            edge.request(powerful, NAME).build()));
        }
        return rows;
    }

    private Row row(String name, RefusalReason reason, String subject, ForgeRequest request) {
        return new Row(name, reason, subject, edge, request);
    }
}
