package io.overt.edge.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.overt.proto.policy.v1.EmergencyAction;
import io.overt.proto.policy.v1.SignedEmergency;
import io.overt.service.bundle.PolicySignature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Emergency orders at an edge of site hq, over the stream of a control plane that says anything.
 */
class EmergencyOrdersTest {
    private static final Duration HOUR = Duration.ofHours(1);
    @TempDir Path folder;
    private EdgeAndControl edge;
    private TestOrders orders;

    @BeforeEach
    void startControlPlane() throws Exception {
        edge = new EdgeAndControl(folder);
        orders = new TestOrders(edge.bundles);
    }

    @AfterEach
    void closeAll() throws Exception {
        edge.close();
    }

    @Test
    void an_order_is_in_force_at_once_and_answered_without_a_problem() throws Exception {
        var feed = edge.start();
        assertThat(edge.gauge("overt.edge.emergency.splicing")).isZero();

        var answer = edge.control.order(orders.splice(4, edge.now(), HOUR));

        assertThat(answer.getNumber()).isEqualTo(4);
        assertThat(answer.getProblem()).isEmpty();
        assertThat(feed.emergency())
                .hasValueSatisfying(
                        order -> {
                            assertThat(order.number()).isEqualTo(4);
                            assertThat(order.by()).isEqualTo("overt://hq/operator/alice");
                        });
        assertThat(edge.gauge("overt.edge.emergency.splicing")).isEqualTo(1);
        assertThat(edge.gauge("overt.edge.emergency.number")).isEqualTo(4);
        assertThat(edge.count("overt.edge.emergency.orders", "answer", "taken")).isEqualTo(1);
    }

    @Test
    void it_ends_by_itself_by_the_edges_clock() throws Exception {
        var feed = edge.start();
        edge.control.order(orders.splice(4, edge.now(), HOUR));

        edge.later = HOUR.minusMinutes(1);
        assertThat(feed.emergency()).isPresent();
        edge.later = HOUR.plusSeconds(1);
        assertThat(feed.emergency()).isEmpty();
        assertThat(edge.gauge("overt.edge.emergency.splicing")).isZero();
        assertThat(edge.gauge("overt.edge.emergency.number")).isEqualTo(4);
    }

    @Test
    void it_is_lifted_by_a_later_order() throws Exception {
        var feed = edge.start();
        edge.control.order(orders.splice(4, edge.now(), HOUR));

        assertThat(edge.control.order(orders.lift(5)).getProblem()).isEmpty();

        assertThat(feed.emergency()).isEmpty();
    }

    @Test
    void an_order_that_was_lifted_does_not_come_back() throws Exception {
        var feed = edge.start();
        var splice = orders.splice(4, edge.now(), HOUR);
        edge.control.order(splice);
        edge.control.order(orders.lift(5));

        assertThat(edge.control.order(splice).getProblem())
                .isEqualTo("number 4 (expected: above 5, the newest that this edge has)");
        feed.close();
        var again = edge.start();

        assertThat(edge.control.order(splice).getProblem()).contains("expected: above 5");
        assertThat(again.emergency()).isEmpty();
    }

    @Test
    void the_same_order_twice_is_no_problem_and_another_of_its_number_is() throws Exception {
        var feed = edge.start();
        var splice = orders.splice(4, edge.now(), HOUR);
        edge.control.order(splice);

        assertThat(edge.control.order(splice).getProblem()).isEmpty();
        assertThat(edge.control.order(orders.splice(4, edge.now(), HOUR.multipliedBy(2))))
                .satisfies(answer -> assertThat(answer.getProblem()).contains("expected: above 4"));
        assertThat(feed.emergency().orElseThrow().until()).isBefore(edge.now().plus(HOUR));
        assertThat(edge.count("overt.edge.emergency.orders", "answer", "already")).isEqualTo(1);
    }

    @Test
    void a_restart_without_control_plane_keeps_it_and_hello_says_so() throws Exception {
        var feed = edge.start();
        edge.control.order(orders.splice(4, edge.now(), HOUR));
        feed.close();

        var again = edge.startUnheard();

        assertThat(again.emergency()).isPresent();
        assertThat(edge.control.hear().getHello().getEmergency()).isEqualTo(4);
        assertThat(edge.count("overt.edge.emergency.kept", "event", "loaded")).isEqualTo(1);
    }

    @Test
    void a_restart_after_its_end_keeps_its_number_alone() throws Exception {
        var feed = edge.start();
        edge.control.order(orders.splice(4, edge.now(), HOUR));
        feed.close();
        edge.later = HOUR.multipliedBy(2);

        var again = edge.startUnheard();

        assertThat(again.emergency()).isEmpty();
        assertThat(edge.control.hear().getHello().getEmergency()).isEqualTo(4);
    }

    @Test
    void what_was_altered_on_disk_is_not_obeyed() throws Exception {
        Files.createDirectories(edge.state);
        var order = orders.splice(4, edge.now(), HOUR);
        Files.write(
                edge.state.resolve("emergency.order"),
                order.toBuilder()
                        .setSignature(ByteString.copyFrom(new byte[64]))
                        .build()
                        .toByteArray());

        assertThat(edge.start().emergency()).isEmpty();
        assertThat(edge.count("overt.edge.emergency.kept", "event", "unusable")).isEqualTo(1);
    }

    /** What an edge of hq does not obey. */
    enum Foreign {
        UNSIGNED("does not verify"),
        SIGNED_AS_A_POLICY("does not verify"),
        BY_ANOTHER_KEY("expected: one of the pinned policy keys"),
        ALTERED("does not verify"),
        OF_ANOTHER_SITE("for site 'plant' (expected: hq)"),
        WITHOUT_A_NUMBER("number 0 (expected: from 1)"),
        OVER("over since"),
        TOO_LONG("expected: 24 hours at most"),
        POSTDATED("expected: 24 hours at most"),
        OF_AN_UNKNOWN_ACTION("action 9, which this edge does not know"),
        WITH_A_TIME_THAT_IS_NONE("a time that is none"),
        TOO_LARGE("an order of"),
        NO_ORDER("cannot be read");

        private final String said;

        Foreign(String said) {
            this.said = said;
        }

        SignedEmergency by(EdgeAndControl edge) {
            var orders = new TestOrders(edge.bundles);
            var good = TestOrders.order(4, edge.now(), HOUR);
            return switch (this) {
                case UNSIGNED -> orders.sign(good.build()).toBuilder().clearSignature().build();
                case SIGNED_AS_A_POLICY ->
                        orders.sign(good.build()).toBuilder()
                                .setSignature(
                                        edge.bundles.signatureOver(
                                                PolicySignature.input(good.build().toByteArray())))
                                .build();
                case BY_ANOTHER_KEY -> new TestOrders(new TestBundles()).sign(good.build());
                case ALTERED ->
                        orders.sign(good.build()).toBuilder()
                                .setOrder(good.setReason("another").build().toByteString())
                                .build();
                case OF_ANOTHER_SITE -> orders.sign(good.setSite("plant").build());
                case WITHOUT_A_NUMBER -> orders.sign(good.setNumber(0).build());
                case OVER -> orders.splice(4, edge.now().minus(HOUR), HOUR.minusMinutes(1));
                case TOO_LONG -> orders.splice(4, edge.now(), Duration.ofHours(24).plusSeconds(1));
                case POSTDATED -> orders.splice(4, edge.now().plus(Duration.ofHours(24)), HOUR);
                case OF_AN_UNKNOWN_ACTION -> orders.sign(good.setActionValue(9).build());
                case WITH_A_TIME_THAT_IS_NONE ->
                        orders.sign(
                                good.setUntil(
                                                good.getUntil().toBuilder()
                                                        .setSeconds(Long.MAX_VALUE))
                                        .build());
                case TOO_LARGE -> orders.sign(good.setReason("x".repeat(20_000)).build());
                case NO_ORDER -> {
                    var bytes = ByteString.copyFrom(new byte[] {1, 2, 3});
                    yield SignedEmergency.newBuilder()
                            .setOrder(bytes)
                            .setKeyId(ByteString.copyFrom(edge.bundles.publicKey().id()))
                            .setSignature(
                                    edge.bundles.signatureOver(
                                            PolicySignature.emergencyInput(bytes.toByteArray())))
                            .build();
                }
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_order_that_is_not_for_this_edge_now_is_refused(Foreign foreign) throws Exception {
        var feed = edge.start();

        var answer = edge.control.order(foreign.by(edge));

        assertThat(answer.getProblem()).contains(foreign.said);
        assertThat(feed.emergency()).isEmpty();
        assertThat(edge.state.resolve("emergency.order")).doesNotExist();
        assertThat(edge.count("overt.edge.emergency.orders", "answer", "refused")).isEqualTo(1);
        assertThat(edge.control.order(orders.splice(4, edge.now(), HOUR)).getProblem()).isEmpty();
    }

    @Test
    void an_order_that_cannot_be_kept_is_in_force_all_the_same_and_counted() throws Exception {
        var feed = edge.start();
        Files.createDirectories(edge.state.resolve("emergency.order/x"));

        assertThat(edge.control.order(orders.splice(4, edge.now(), HOUR)).getProblem()).isEmpty();

        assertThat(feed.emergency()).isPresent();
        assertThat(edge.count("overt.edge.emergency.kept", "event", "not-saved")).isEqualTo(1);
    }

    @Test
    void a_lift_needs_no_time() throws Exception {
        edge.start();
        var lift = orders.lift(1);

        assertThat(edge.control.order(lift).getProblem()).isEmpty();
        assertThat(
                        TestOrders.order(1, edge.now(), HOUR)
                                .setAction(EmergencyAction.EMERGENCY_ACTION_LIFT)
                                .build()
                                .hasUntil())
                .isTrue();
    }
}
