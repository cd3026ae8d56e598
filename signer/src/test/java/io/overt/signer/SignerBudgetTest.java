package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.Issuance;
import io.overt.service.identity.RefusalTrailer;
import io.overt.signer.SignerWorld.Edge;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Budgets through gRPC with mutual TLS, a token and a store. */
// checklist 71
class SignerBudgetTest {

    @TempDir Path directory;
    private Optional<SignerWorld> running = Optional.empty();

    @AfterEach
    void stop() throws Exception {
        running.orElseThrow().stop();
    }

    @Test
    void a_full_budget_is_RESOURCE_EXHAUSTED_with_its_name_and_a_delay_and_costs_no_signature()
            throws Exception {
        SignerWorld world = start("domain: { amount: 1, per: 1h, burst: 2 }");
        Edge edge = world.edge("e1").enrolled();
        ForgeRequest.Builder first = request(world, edge, "a.origin.example");
        edge.forge(first);
        edge.forge(request(world, edge, "b.origin.example"));

        StatusRuntimeException failure = failure(edge, request(world, edge, "c.origin.example"));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        Refusal refusal = RefusalTrailer.from(failure).orElseThrow();
        assertThat(refusal.getReason()).isEqualTo(RefusalReason.REFUSAL_REASON_BUDGET_EXHAUSTED);
        assertThat(refusal.getSubject()).isEqualTo("domain");
        assertThat(refusal.getRetryAfter().getSeconds()).isBetween(3_000L, 3_600L);
        RetryInfo info = StatusProto.fromThrowable(failure).getDetails(0).unpack(RetryInfo.class);
        assertThat(info.getRetryDelay()).isEqualTo(refusal.getRetryAfter());
        assertThat(world.signatures()).isEqualTo(2);
        assertThat(world.refusals("Forge", "budget-exhausted")).isEqualTo(1);
        // What is signed already costs nothing of it.
        assertThat(edge.forge(first).getIssuance()).isEqualTo(Issuance.ISSUANCE_REPEATED);
        // And another domain has its own.
        edge.forge(request(world, edge, "www.other.example"));
    }

    @Test
    void repeats_count_as_requests() throws Exception {
        SignerWorld world = start("edge: { amount: 1, per: 1h, burst: 3 }");
        Edge edge = world.edge("e1").enrolled();
        ForgeRequest.Builder request = request(world, edge, "a.origin.example");
        for (int i = 0; i < 3; i++) {
            edge.forge(request);
        }

        assertThat(edge.refusedForge(request).getSubject()).isEqualTo("edge");
        assertThat(world.signatures()).isEqualTo(1);
        world.edge("e2").with(edge.leafKey).forge(request);
    }

    @Test
    void junk_uses_up_nothing_that_others_share() throws Exception {
        SignerWorld world = start("site: { amount: 1, per: 1h, burst: 1 }");
        Edge edge = world.edge("e1").enrolled();
        ForgeRequest.Builder good = request(world, edge, "a.origin.example");
        for (int i = 0; i < 5; i++) {
            edge.refusedForge(good.clone().setServerName("b.bank.example"));
        }

        edge.forge(good);
    }

    @Test
    void a_keys_day_outlasts_a_restart_and_says_so() throws Exception {
        SignerWorld world = start("key-per-day: 2");
        Edge edge = world.edge("e1").enrolled();
        edge.forge(request(world, edge, "a.origin.example"));
        edge.forge(request(world, edge, "b.origin.example"));
        world.restart();
        edge = world.edge("e1").with(edge.leafKey);

        Refusal refusal = edge.refusedForge(request(world, edge, "c.origin.example"));

        assertThat(refusal.getReason())
                .isEqualTo(RefusalReason.REFUSAL_REASON_KEY_BUDGET_EXHAUSTED);
        assertThat(refusal.getSubject()).isEqualTo("key");
        assertThat(refusal.getRetryAfter().getSeconds()).isBetween(0L, 86_400L);
        assertThat(world.signatures()).isZero();
        assertThat(
                        world.serving()
                                .registry()
                                .get("overt.signer.budget.exhausted")
                                .tag("budget", "key")
                                .tag("trust", "trusted")
                                .counter()
                                .count())
                .isEqualTo(1);
    }

    private SignerWorld start(String budgets) throws Exception {
        SignerWorld world = SignerWorld.withBudgets(directory, budgets);
        running = Optional.of(world);
        return world;
    }

    private static ForgeRequest.Builder request(SignerWorld world, Edge edge, String name)
            throws Exception {
        return edge.request(world.upstream(name), name);
    }

    private static StatusRuntimeException failure(Edge edge, ForgeRequest.Builder request) {
        try {
            edge.forge(request);
        } catch (StatusRuntimeException e) {
            return e;
        }
        throw new AssertionError("not refused");
    }
}
