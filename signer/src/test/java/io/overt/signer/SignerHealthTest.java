package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.proto.signer.v1.HealthRequest;
import io.overt.proto.signer.v1.HealthResponse;
import io.overt.proto.signer.v1.SigningState;
import io.overt.service.admin.Readiness;
import io.overt.signer.SignerWorld.Edge;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a signer tells edges of itself, over the wire. */
class SignerHealthTest {

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
    void a_signer_that_can_sign_says_so_and_calls_its_description_by_one_name() throws Exception {
        HealthResponse health = health();
        assertThat(health.getState()).isEqualTo(SigningState.SIGNING_STATE_SERVING);
        assertThat(health.getUnmetList()).isEmpty();
        assertThat(health.getDescription()).isNotEmpty().isEqualTo(health().getDescription());
    }

    @Test
    void an_unmet_condition_is_told_with_its_reason_until_it_is_met() throws Exception {
        Readiness.Condition condition = world.serving().readiness().condition("disk");
        condition.unmet("no space left on device");
        HealthResponse health = health();
        assertThat(health.getState()).isEqualTo(SigningState.SIGNING_STATE_NOT_SERVING);
        assertThat(health.getUnmetList()).containsExactly("disk: no space left on device");

        condition.met();
        assertThat(health().getState()).isEqualTo(SigningState.SIGNING_STATE_SERVING);
    }

    @Test
    void an_issuer_that_is_staged_now_is_another_description_and_no_signer() throws Exception {
        HealthResponse before = health();

        world.restartWithIssuer("staged");
        edge = world.edge("e1");

        HealthResponse staged = health();
        assertThat(staged.getDescription()).isNotEqualTo(before.getDescription());
        assertThat(staged.getUnmetList()).containsExactly("issuer: no issuer is active");
    }

    private HealthResponse health() {
        return edge.stub.health(HealthRequest.getDefaultInstance());
    }
}
