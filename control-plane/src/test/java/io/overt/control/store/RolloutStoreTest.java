package io.overt.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.overt.proto.control.v1.ApprovalsCounted;
import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.RolloutEvent;
import io.overt.proto.control.v1.RolloutPlan;
import io.overt.proto.control.v1.RolloutWave;
import io.overt.proto.policy.v1.EmergencyOrder;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.proto.policy.v1.SignedEmergency;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What of rollouts, approvals and emergencies is kept, in either kind of store. */
class RolloutStoreTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_123L);

    @EachStore
    void what_happened_is_there_after_a_restart_in_its_order(TestStore kept) throws Exception {
        var event = event(1, "WAVE", "BAKING");
        try (var database = kept.open()) {
            publish(database, 1);
            var store = new RolloutStore(database);
            assertThat(store.newest()).isEmpty();
            assertThat(store.begin(rollout(1, 1), Optional.empty())).isTrue();
            assertThat(store.append(event)).isTrue();
            assertThat(store.append(event(2, "BAKING", "COMPLETE"))).isTrue();
        }
        try (var database = kept.open()) {
            var store = new RolloutStore(database);
            assertThat(store.newest()).contains(new RolloutStore.Mark(1, 2));
            assertThat(store.find(1).orElseThrow().rollout()).isEqualTo(rollout(1, 1));
            assertThat(store.find(1).orElseThrow().events())
                    .containsExactly(event, event(2, "BAKING", "COMPLETE"));
        }
    }

    @EachStore
    void of_two_that_act_at_once_the_second_is_told_so(Database database) {
        publish(database, 1);
        publish(database, 2);
        var store = new RolloutStore(database);
        store.begin(rollout(1, 1), Optional.empty());
        store.append(event(1, "WAVE", "BAKING"));

        assertThat(store.append(event(1, "WAVE", "PAUSED"))).isFalse();
        assertThat(store.append(event(3, "BAKING", "COMPLETE"))).isFalse();
        assertThat(store.begin(rollout(1, 2), Optional.empty())).isFalse();
        // The one that is overtaken, and the one that overtakes, are one act.
        assertThat(store.begin(rollout(2, 2), Optional.of(event(1, "WAVE", "SUPERSEDED"))))
                .isFalse();
        assertThat(store.begin(rollout(1, 2), Optional.of(event(2, "BAKING", "SUPERSEDED"))))
                .isFalse();
        assertThat(store.newest()).contains(new RolloutStore.Mark(1, 1));
        assertThat(store.begin(rollout(2, 2), Optional.of(event(2, "BAKING", "SUPERSEDED"))))
                .isTrue();
        assertThat(store.list(Long.MAX_VALUE, 10))
                .map(each -> each.rollout().id())
                .containsExactly(2L, 1L);
        assertThat(store.list(2, 10)).map(each -> each.rollout().id()).containsExactly(1L);
    }

    @EachStore
    void nothing_of_it_is_ever_changed(Database database) {
        publish(database, 1);
        var store = new RolloutStore(database);
        store.begin(rollout(1, 1), Optional.empty());
        store.append(event(1, "WAVE", "BAKING"));

        Map.of("rollout", "reason", "rollout_event", "reason")
                .forEach(
                        (table, column) -> {
                            assertThatThrownBy(
                                            () ->
                                                    database.transact(
                                                            handle ->
                                                                    handle.execute(
                                                                            "UPDATE " + table
                                                                                    + " SET "
                                                                                    + column
                                                                                    + " = 'x'")))
                                    .hasMessageContaining("change");
                            assertThatThrownBy(
                                            () ->
                                                    database.transact(
                                                            handle ->
                                                                    handle.execute(
                                                                            "DELETE FROM "
                                                                                    + table)))
                                    .hasMessageContaining("kept");
                        });
    }

    @EachStore
    void before_there_were_rollouts_nothing_was_in_force_of_what_was_published_since(
            Database database) {
        publish(database, 1);

        assertThat(new RolloutStore(database).firstBase()).isZero();
    }

    @EachStore
    void an_approval_is_kept_once_under_what_it_is_of(Database database) {
        var store = new ApprovalStore(database);
        var statement = ByteString.copyFromUtf8("digest");
        var first =
                new ApprovalStore.Kept(ByteString.copyFromUtf8("a"), NOW, "overt://hq/operator/a");
        var second =
                new ApprovalStore.Kept(
                        ByteString.copyFromUtf8("b"), NOW.plusMillis(1), "overt://hq/operator/b");
        store.add(statement, second);
        store.add(statement, first);
        store.add(statement, first);

        assertThat(store.of(statement)).containsExactly(first, second);
        assertThat(store.of(ByteString.copyFromUtf8("other"))).isEmpty();
    }

    @EachStore
    void numbers_of_emergencies_rise_over_all_sites(Database database) {
        var store = new EmergencyStore(database);
        assertThat(store.highest()).isZero();
        assertThat(store.add(emergency(1, "north"))).isTrue();
        assertThat(store.add(emergency(1, "south"))).isFalse();
        assertThat(store.add(emergency(2, "south"))).isTrue();

        assertThat(store.highest()).isEqualTo(2);
        assertThat(store.list("", 10))
                .containsExactly(emergency(2, "south"), emergency(1, "north"));
        assertThat(store.list("north", 10)).containsExactly(emergency(1, "north"));
    }

    @EachStore
    void what_an_edge_is_replaces_what_it_was(Database database) {
        var store = new EdgeTraitStore(database);
        var edge = new FleetIdentity("hq", Role.EDGE, "a");
        var traits =
                new EdgeTraits(
                        Set.of("canary", "big"),
                        Set.of(EdgeAbility.EDGE_ABILITY_SHADOW, EdgeAbility.EDGE_ABILITY_HEALTH),
                        EdgeTraits.Link.OPEN);
        store.put(edge, EdgeTraits.UNKNOWN);
        store.put(edge, traits);

        assertThat(store.all()).isEqualTo(Map.of(edge, traits));
    }

    private static void publish(Database database, long number) {
        new PolicyStore(database)
                .add(
                        new SignedVersion(
                                number,
                                "corporate",
                                NOW,
                                "overt://hq/operator/a",
                                ByteString.copyFromUtf8("c" + number),
                                ByteString.copyFromUtf8("m" + number),
                                PolicyBundle.getDefaultInstance()));
    }

    private static RolloutRow rollout(long id, long version) {
        return new RolloutRow(
                id,
                version,
                version,
                "corporate",
                version - 1,
                RolloutPlan.newBuilder().addWaves(RolloutWave.newBuilder().setName("all")).build(),
                2,
                1,
                Optional.of(NOW.plusMillis(1)),
                NOW,
                "overt://hq/operator/a",
                "why not");
    }

    private static RolloutEventRow event(long number, String from, String to) {
        return new RolloutEventRow(
                1,
                number,
                NOW,
                "",
                from,
                to,
                0,
                "time",
                RolloutEvent.newBuilder()
                        .setApproved(ApprovalsCounted.newBuilder().setCounted(2))
                        .build());
    }

    private static EmergencyStore.Kept emergency(long number, String site) {
        var order = EmergencyOrder.newBuilder().setNumber(number).setSite(site).build();
        return new EmergencyStore.Kept(
                order,
                SignedEmergency.newBuilder()
                        .setOrder(order.toByteString())
                        .setSignature(ByteString.copyFromUtf8("s"))
                        .setKeyId(ByteString.copyFromUtf8("k"))
                        .build());
    }
}
