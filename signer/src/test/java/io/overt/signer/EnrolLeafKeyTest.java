package io.overt.signer;

import static io.overt.signer.SignerWorld.currentEpoch;
import static io.overt.signer.SignerWorld.leafKey;
import static io.overt.signer.SignerWorld.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.EnrolLeafKeyRequest;
import io.overt.proto.signer.v1.EnrolLeafKeyResponse;
import io.overt.signer.SignerWorld.Edge;
import io.overt.x509.Epoch;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// checklist 60, 68
class EnrolLeafKeyTest {

    @TempDir Path directory;
    private SignerWorld world;
    private Edge edge;

    @BeforeEach
    void start() throws Exception {
        world = SignerWorld.start(directory);
        edge = world.edge("e1");
    }

    @AfterEach
    void stop() throws Exception {
        world.stop();
    }

    @Test
    void an_enrolled_key_is_good_until_its_epoch_ends_and_the_clocks_may_differ() throws Exception {
        EnrolLeafKeyRequest request = edge.enrolment(currentEpoch()).build();

        EnrolLeafKeyResponse response = edge.stub.enrolLeafKey(request);

        assertThat(response.getNotAfter().getSeconds())
                .isEqualTo(
                        currentEpoch()
                                .end(SignerWorld.EPOCH)
                                .plus(Duration.ofMinutes(5))
                                .getEpochSecond());
        assertThat(edge.stub.enrolLeafKey(request))
                .as("again is the same as once")
                .isEqualTo(response);
    }

    @Test
    void the_next_epochs_key_is_enrolled_ahead_but_signs_nothing_yet() throws Exception {
        Epoch next = currentEpoch().next();
        edge.stub.enrolLeafKey(edge.enrolment(next).build());

        assertThat(
                        edge.refusedForge(
                                        edge.request(
                                                        world.upstream("www.origin.example"),
                                                        "www.origin.example")
                                                .setEpoch(next.number()))
                                .getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_EPOCH_NOT_CURRENT);
    }

    @Test
    void an_epoch_that_is_over_or_far_ahead_is_refused() throws Exception {
        assertRefused(
                edge.enrolment(new Epoch(currentEpoch().number() - 1)),
                RefusalReason.REFUSAL_REASON_EPOCH_NOT_CURRENT);
        assertRefused(
                edge.enrolment(new Epoch(currentEpoch().number() + 2)),
                RefusalReason.REFUSAL_REASON_EPOCH_NOT_CURRENT);
    }

    // checklist 68
    @Test
    void a_key_whose_possession_is_not_proven_is_refused() throws Exception {
        assertRefused(
                edge.enrolment(currentEpoch())
                        .setPublicKey(ByteString.copyFrom(leafKey().getPublic().getEncoded())),
                RefusalReason.REFUSAL_REASON_POSSESSION_NOT_PROVEN);
        assertRefused(
                edge.enrolment(currentEpoch()).clearProofOfPossession(),
                RefusalReason.REFUSAL_REASON_POSSESSION_NOT_PROVEN);
        assertRefused(
                edge.enrolment(currentEpoch().next()).setEpoch(currentEpoch().number()),
                RefusalReason.REFUSAL_REASON_POSSESSION_NOT_PROVEN);
    }

    // checklist 68
    @Test
    void a_proof_made_for_one_site_enrols_nothing_at_another() throws Exception {
        Edge paris = world.caller(world.fleet.site("paris"), "edge", "e1");

        assertThat(refusal(() -> paris.stub.enrolLeafKey(built(edge, currentEpoch()))).getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_POSSESSION_NOT_PROVEN);
    }

    @Test
    void a_key_that_no_leaf_may_carry_is_refused() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));
        byte[] p384 = generator.generateKeyPair().getPublic().getEncoded();

        assertRefused(
                edge.enrolment(currentEpoch()).setPublicKey(ByteString.copyFrom(p384)),
                RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED);
        for (PublicKey own :
                List.of(
                        world.token.issuing().getPublicKey(),
                        certificate(world.directory.resolve("log.pem")).getPublicKey())) {
            assertRefused(
                    edge.enrolment(currentEpoch())
                            .setPublicKey(ByteString.copyFrom(own.getEncoded())),
                    RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED);
        }
    }

    @Test
    void a_key_serves_one_epoch_and_does_not_come_back_in_the_next() throws Exception {
        edge.enrolled();

        assertRefused(
                edge.enrolment(currentEpoch().next()),
                RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED);
        Edge paris = world.caller(world.fleet.site("paris"), "edge", "e1").with(edge.leafKey);
        assertThat(
                        refusal(() -> paris.stub.enrolLeafKey(built(paris, currentEpoch().next())))
                                .getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED);
        edge.enrolled();
        Edge other = edge.with(leafKey());
        var _ = other.stub.enrolLeafKey(other.enrolment(currentEpoch().next()).build());
    }

    @Test
    void a_site_enrols_as_many_keys_as_it_may_and_takes_nothing_from_another() throws Exception {
        edge.enrolled();
        edge.with(leafKey()).enrolled();

        assertRefused(
                edge.with(leafKey()).enrolment(currentEpoch()),
                RefusalReason.REFUSAL_REASON_BUDGET_EXHAUSTED);
        assertThat(world.refusals("EnrolLeafKey", "budget-exhausted")).isEqualTo(1);
        world.caller(world.fleet.site("paris"), "edge", "e1").enrolled();
        edge.enrolled();
    }

    @Test
    void an_enrolment_outlives_a_restart() throws Exception {
        edge.enrolled();

        world.restart();
        Edge later = world.edge("e1").with(edge.leafKey);

        assertThat(
                        later.forge(
                                        later.request(
                                                world.upstream("www.origin.example"),
                                                "www.origin.example"))
                                .getCertificate()
                                .isEmpty())
                .isFalse();
    }

    private static Certificate certificate(Path pem) throws Exception {
        try (InputStream in = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static EnrolLeafKeyRequest built(Edge edge, Epoch epoch) {
        try {
            return edge.enrolment(epoch).build();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void assertRefused(EnrolLeafKeyRequest.Builder request, RefusalReason reason) {
        assertThat(refusal(() -> edge.stub.enrolLeafKey(request.build())).getReason())
                .isEqualTo(reason);
    }
}
