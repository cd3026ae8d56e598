package io.overt.edge.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.Offer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an edge says of itself, and versions that it decides by without acting on them. */
class ShadowAndHelloTest {
    @TempDir Path folder;
    private EdgeAndControl edge;

    @BeforeEach
    void startControlPlane() throws Exception {
        edge = new EdgeAndControl(folder);
    }

    @AfterEach
    void closeAll() throws Exception {
        edge.close();
    }

    @Test
    void hello_says_what_the_edge_is_called_by_and_can_do() throws Exception {
        label("canary", "dc-2");
        edge.startUnheard();

        assertThat(edge.control.hear().getHello())
                .satisfies(
                        hello -> {
                            assertThat(hello.getLabelsList()).containsExactly("canary", "dc-2");
                            assertThat(hello.getAbilitiesList())
                                    .contains(
                                            EdgeAbility.EDGE_ABILITY_HEALTH,
                                            EdgeAbility.EDGE_ABILITY_EMERGENCY,
                                            EdgeAbility.EDGE_ABILITY_SHADOW,
                                            EdgeAbility.EDGE_ABILITY_LISTS);
                            assertThat(hello.getEmergency()).isZero();
                            assertThat(hello.getShadowVersion()).isZero();
                        });
    }

    @Test
    void other_labels_are_told_by_a_new_stream() throws Exception {
        var feed = edge.start();
        label("canary");

        feed.apply(edge.terms(), edge.terms().readApprovers());

        assertThat(edge.control.hear().getHello().getLabelsList()).containsExactly("canary");
    }

    @Test
    void a_version_in_shadow_is_beside_the_one_in_force_and_not_kept() throws Exception {
        var feed = edge.start();
        edge.control.offer(edge.bundles.withList(7));

        var answer = edge.control.offerInShadow(edge.bundles.bundle(8, TestBundles.SPLICE_ALL));

        assertThat(answer.getAck().getActiveVersion()).isEqualTo(7);
        assertThat(answer.getAck().getShadowVersion()).isEqualTo(8);
        assertThat(feed.get().orElseThrow().version()).isEqualTo(7);
        assertThat(feed.shadow().orElseThrow().version()).isEqualTo(8);
        assertThat(edge.gauge("overt.edge.policy.shadow")).isEqualTo(8);
        assertThat(edge.state.resolve("last-good.bundle"))
                .hasBinaryContent(edge.bundles.withList(7).toByteArray());

        feed.close();
        var again = edge.startUnheard();
        assertThat(again.shadow()).as("a restart forgets it").isEmpty();
        assertThat(edge.control.hear().getHello().getShadowVersion()).isZero();
    }

    @Test
    void hello_of_a_later_stream_says_what_is_in_shadow() throws Exception {
        edge.start();
        edge.control.offer(edge.bundles.withList(7));
        edge.control.offerInShadow(edge.bundles.bundle(8, TestBundles.SPLICE_ALL));

        edge.control.hangUp();

        assertThat(edge.control.hear().getHello().getShadowVersion()).isEqualTo(8);
    }

    @Test
    void a_shadow_that_does_not_compile_or_is_altered_is_refused_like_an_enforced_one()
            throws Exception {
        var feed = edge.start();
        edge.control.offer(edge.bundles.withList(7));

        assertThat(
                        edge.control
                                .offerInShadow(edge.bundles.bundle(8, "policy: x\n"))
                                .getNack()
                                .getRejectedVersion())
                .isEqualTo(8);
        for (var foreign : ForeignBundles.values()) {
            assertThat(edge.control.offerInShadow(foreign.by(edge.bundles)).hasNack())
                    .as(foreign.name())
                    .isTrue();
        }
        assertThat(feed.shadow()).isEmpty();
    }

    @Test
    void what_is_in_force_is_not_in_shadow_of_itself() throws Exception {
        edge.start();
        edge.control.offer(edge.bundles.withList(7));

        assertThat(
                        edge.control
                                .offerInShadow(edge.bundles.withList(7))
                                .getNack()
                                .getProblems(0)
                                .getMessage())
                .contains("version 7 is in force");
    }

    @Test
    void a_shadow_ends_when_it_is_told_to_or_is_put_in_force() throws Exception {
        var feed = edge.start();
        edge.control.offer(edge.bundles.withList(7));
        var next = edge.bundles.bundle(8, TestBundles.SPLICE_ALL);
        edge.control.offerInShadow(next);

        assertThat(edge.control.endShadow().getAck())
                .satisfies(
                        ack -> {
                            assertThat(ack.getActiveVersion()).isEqualTo(7);
                            assertThat(ack.getShadowVersion()).isZero();
                        });
        assertThat(feed.shadow()).isEmpty();

        edge.control.offerInShadow(next);
        var enforced = edge.control.offer(next).getAck();
        assertThat(enforced.getActiveVersion()).isEqualTo(8);
        assertThat(enforced.getShadowVersion()).isZero();
        assertThat(feed.shadow()).isEmpty();
    }

    @Test
    void an_offer_in_a_mode_that_the_edge_does_not_know_is_refused() throws Exception {
        var feed = edge.start();

        var answer =
                edge.control.offer(
                        Offer.newBuilder().setBundle(edge.bundles.withList(7)).setModeValue(9));

        assertThat(answer.getNack().getProblems(0).getMessage())
                .isEqualTo("mode 9 (expected: one that this edge knows)");
        assertThat(feed.get()).isEmpty();
    }

    @Test
    void health_is_told_at_once_when_a_version_comes_into_force_and_then_again_and_again()
            throws Exception {
        var terms = edge.terms();
        edge.terms(
                _ ->
                        new PolicyFeedConfig.Terms(
                                terms.approvers(),
                                terms.labels(),
                                Duration.ofMinutes(1),
                                terms.reconnectWithin()));
        var feed = edge.start();
        edge.control.offer(edge.bundles.withList(7));

        assertThat(edge.control.hearHealth())
                .satisfies(
                        health -> {
                            assertThat(health.getVersion()).isEqualTo(7);
                            assertThat(health.getSince().getSeconds()).isPositive();
                        });

        edge.control.offerInShadow(edge.bundles.bundle(8, TestBundles.SPLICE_ALL));
        feed.close();
        assertThat(edge.control.hearHealth().getShadowVersion())
                .as("the last word of an edge that goes")
                .isEqualTo(8);
    }

    @Test
    void health_is_told_as_often_as_configured() throws Exception {
        var terms = edge.terms();
        edge.terms(
                _ ->
                        new PolicyFeedConfig.Terms(
                                terms.approvers(),
                                terms.labels(),
                                Duration.ofMillis(100),
                                terms.reconnectWithin()));
        edge.start();

        for (int i = 0; i < 3; i++) {
            assertThat(edge.control.hearHealth().getVersion()).isZero();
        }
    }

    private void label(String... labels) {
        edge.terms(
                now ->
                        new PolicyFeedConfig.Terms(
                                now.approvers(),
                                List.of(labels),
                                now.healthEvery(),
                                now.reconnectWithin()));
    }
}
