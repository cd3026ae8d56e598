package io.overt.control.rollout;

import static io.overt.control.rollout.Plans.BAKE;
import static io.overt.control.rollout.Plans.NOON;
import static io.overt.control.rollout.Plans.canary;
import static io.overt.control.rollout.Plans.edge;
import static io.overt.control.rollout.Plans.everyone;
import static io.overt.control.rollout.Plans.gone;
import static io.overt.control.rollout.Plans.handshakes;
import static io.overt.control.rollout.Plans.having;
import static io.overt.control.rollout.Plans.plan;
import static io.overt.control.rollout.Plans.refusing;
import static io.overt.control.rollout.Plans.report;
import static io.overt.control.rollout.Plans.rollout;
import static io.overt.control.rollout.Plans.shadow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.rollout.EdgeReport.Shadow;
import io.overt.control.rollout.Event.Act;
import io.overt.control.rollout.Event.Asked;
import io.overt.control.rollout.Event.Looked;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RolloutStateTest {
    private final EdgeReport first = report(edge("north", "one"), "canary");
    private final EdgeReport second = report(edge("north", "two"));
    private final Rollout twoWaves =
            rollout(plan(List.of(canary(), everyone()), handshakes(Gate.Action.ROLL_BACK)));

    @Test
    void a_wave_bakes_when_its_edges_have_the_version_and_the_next_begins_when_it_has_baked() {
        var begun = State.begin(twoWaves, 0, Optional.empty());
        assertThat(begun.phase()).isEqualTo(Phase.WAVE);

        var baking = look(begun, NOON.plusSeconds(1), having(first, 8), second);
        assertThat(baking.phase()).isEqualTo(Phase.BAKING);
        assertThat(look(baking, NOON.plus(BAKE), having(first, 8), second)).isEqualTo(baking);

        var next = look(baking, NOON.plus(BAKE).plusSeconds(1), having(first, 8), second);
        assertThat(next)
                .isInstanceOfSatisfying(
                        State.Offering.class, it -> assertThat(it.wave()).isEqualTo(1));

        var last = look(next, NOON.plus(BAKE).plusSeconds(2), having(first, 8), having(second, 8));
        var over =
                look(
                        last,
                        NOON.plus(BAKE).plus(BAKE).plusSeconds(2),
                        having(first, 8),
                        having(second, 8));
        assertThat(over.phase()).isEqualTo(Phase.COMPLETE);
        assertThat(over.base()).isEqualTo(8);
    }

    @Test
    void an_edge_outside_of_the_waves_that_have_begun_is_to_have_the_base() {
        var begun = State.begin(twoWaves, 0, Optional.empty());

        assertThat(Target.of(begun, first)).isEqualTo(new Target(8, 0));
        assertThat(Target.of(begun, second)).isEqualTo(new Target(7, 0));
    }

    @Test
    void without_enough_approvals_nobody_is_to_have_the_version() {
        var needsTwo =
                new Rollout(
                        1,
                        8,
                        8,
                        "corporate",
                        7,
                        Plan.atOnce(),
                        2,
                        NOON,
                        "overt://hq/operator/ann",
                        "");
        var waiting = State.begin(needsTwo, 0, Optional.empty());
        assertThat(waiting.phase()).isEqualTo(Phase.AWAITING_APPROVAL);
        assertThat(Target.of(waiting, first)).isEqualTo(new Target(7, 0));

        var one = waiting.on(new Event.Approved(NOON, 1)).next();
        assertThat(one.phase()).isEqualTo(Phase.AWAITING_APPROVAL);
        assertThat(look(one, NOON.plusSeconds(1), first)).isEqualTo(one);

        var two = one.on(new Event.Approved(NOON, 2)).next();
        assertThat(look(two, NOON.plusSeconds(1), first).phase()).isEqualTo(Phase.WAVE);
    }

    @Test
    void no_wave_begins_in_a_freeze_and_one_that_bakes_goes_on_baking() {
        var thaw = Optional.of(NOON.plus(Duration.ofHours(3)));
        var scheduled = State.begin(twoWaves, 0, thaw);
        assertThat(scheduled.phase()).isEqualTo(Phase.SCHEDULED);
        assertThat(scheduled.next()).isEqualTo(thaw);

        var begun = look(scheduled, thaw.get(), first);
        var baking = look(begun, thaw.get(), having(first, 8));
        var late = thaw.get().plus(BAKE);
        var frozen =
                baking.on(
                        new Looked(
                                late,
                                Optional.of(late.plusSeconds(60)),
                                Progress.of(twoWaves, 0, List.of(having(first, 8))),
                                List.of()));
        assertThat(frozen.next()).isEqualTo(baking);
        assertThat(look(baking, late.plusSeconds(60), having(first, 8)).phase())
                .isEqualTo(Phase.WAVE);
    }

    @Test
    void
            an_edge_that_goes_away_in_the_middle_is_waited_for_until_the_deadline_and_then_the_quorum_decides() {
        var begun = State.begin(rollout(plan(List.of(everyone()))), 0, Optional.empty());
        var fleet = new EdgeReport[] {having(first, 8), gone(second, 8)};

        assertThat(look(begun, NOON.plus(Plan.DEADLINE).minusMillis(1), fleet)).isEqualTo(begun);
        var paused = look(begun, NOON.plus(Plan.DEADLINE), fleet);
        assertThat(paused)
                .isInstanceOfSatisfying(
                        State.Paused.class,
                        it -> assertThat(it.cause()).isEqualTo(State.Paused.Cause.DEADLINE));

        // A person who goes on accepts the wave as it is.
        var on =
                paused.on(new Asked(NOON.plus(Plan.DEADLINE), Act.RESUME, "ann", "it is in repair"))
                        .next();
        assertThat(on.phase()).isEqualTo(Phase.BAKING);
    }

    @Test
    void an_edge_that_was_never_there_is_not_waited_for() {
        var begun = State.begin(rollout(plan(List.of(everyone()))), 0, Optional.empty());

        assertThat(look(begun, NOON, having(first, 8), gone(second, 0)).phase())
                .isEqualTo(Phase.BAKING);
    }

    @Test
    void a_wave_in_which_all_have_answered_and_too_many_refused_is_paused_without_waiting() {
        var begun = State.begin(rollout(plan(List.of(everyone()))), 0, Optional.empty());

        var paused =
                begun.on(looked(begun, NOON.plusSeconds(1), having(first, 8), refusing(second, 8)));

        assertThat(paused.next().phase()).isEqualTo(Phase.PAUSED);
        assertThat(paused.why()).contains("taken by 1 of 2 edges, refused by 1");
    }

    @Test
    void a_wave_that_nobody_is_in_is_paused_and_the_last_one_is_not() {
        var begun = State.begin(twoWaves, 0, Optional.empty());
        var paused = look(begun, NOON.plus(Plan.DEADLINE), second);
        assertThat(paused)
                .isInstanceOfSatisfying(
                        State.Paused.class,
                        it -> assertThat(it.cause()).isEqualTo(State.Paused.Cause.EMPTY_WAVE));

        var last = State.begin(rollout(plan(List.of(everyone()))), 0, Optional.empty());
        assertThat(look(last, NOON.plus(Plan.DEADLINE)).phase()).isEqualTo(Phase.BAKING);
    }

    @Test
    void handshakes_that_fail_roll_back_by_themselves_where_the_plan_says_so() {
        var begun = State.begin(twoWaves, 0, Optional.empty());
        var step = begun.on(looked(begun, NOON.plusSeconds(1), failing(first, 3, 100)));

        assertThat(step.next().phase()).isEqualTo(Phase.ROLLING_BACK);
        assertThat(step.why())
                .isEqualTo("handshake-failures: 3.00 % of 100 connections (at most 2.00 %)");
        // Nothing is offered to anybody until the way back has a number.
        assertThat(Target.of(step.next(), having(first, 8))).isEqualTo(Target.NONE);

        var back = step.next().on(new Event.PublishedAgain(NOON, 9)).next();
        assertThat(Target.of(back, having(first, 8))).isEqualTo(new Target(9, 0));
        assertThat(Target.of(back, second)).isEqualTo(new Target(9, 0));
        assertThat(look(back, NOON.plusSeconds(2), having(first, 8), second)).isEqualTo(back);

        var over = look(back, NOON.plusSeconds(3), having(first, 9), second);
        assertThat(over.phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(over.base()).isEqualTo(9);
    }

    @Test
    void a_gate_is_not_judged_below_its_connections() {
        var begun = State.begin(twoWaves, 0, Optional.empty());

        assertThat(look(begun, NOON.plusSeconds(1), failing(first, 99, 99)).phase())
                .isEqualTo(Phase.BAKING);
    }

    @Test
    void a_gate_allows_for_what_the_version_before_has() {
        var gate = new Gate(Gate.Metric.HANDSHAKE_FAILURES, 0.02, 1.5, 100, Gate.Action.PAUSE);
        var base = new Figures(1000, 40, 0, 0, 0, 0);

        var kept = gate.read(new Figures(1000, 60, 0, 0, 0, 0), base, 0);
        assertThat(kept.limit()).isEqualTo(0.06);
        assertThat(kept.standing()).isEqualTo(Gate.Standing.KEPT);
        assertThat(gate.read(new Figures(1000, 61, 0, 0, 0, 0), base, 0).standing())
                .isEqualTo(Gate.Standing.FAILED);
        // Of a base with too few connections nothing is known.
        assertThat(
                        gate.read(
                                        new Figures(1000, 21, 0, 0, 0, 0),
                                        new Figures(99, 99, 0, 0, 0, 0),
                                        0)
                                .standing())
                .isEqualTo(Gate.Standing.FAILED);
    }

    @Test
    void a_gate_that_a_person_went_past_is_waived_until_the_next_wave() {
        var rollout = rollout(plan(List.of(canary(), everyone()), handshakes(Gate.Action.PAUSE)));
        var begun = State.begin(rollout, 0, Optional.empty());
        var paused = look(begun, NOON.plusSeconds(1), failing(first, 3, 100));
        assertThat(paused.phase()).isEqualTo(Phase.PAUSED);

        var resumed = paused.on(new Asked(NOON, Act.RESUME, "ann", "a broken upstream")).next();
        var baking = look(resumed, NOON.plusSeconds(2), failing(first, 3, 100));
        assertThat(baking.phase()).isEqualTo(Phase.BAKING);

        var next = look(baking, NOON.plusSeconds(2).plus(BAKE), failing(first, 3, 100));
        assertThat(look(next, NOON.plusSeconds(3).plus(BAKE), failing(first, 3, 100)).phase())
                .isEqualTo(Phase.PAUSED);
    }

    /** Which it is for certain only where the waves before it have an edge of it. */
    @Test
    void a_wave_whose_edges_all_had_it_before_is_over_at_once_and_one_without_edges_is_not() {
        var offering =
                new State.Offering(rollout(plan(List.of(canary(), everyone()))), 1, NOON, Set.of());

        assertThat(look(offering, NOON, having(first, 8)).phase()).isEqualTo(Phase.BAKING);
        assertThat(look(offering, NOON, having(first, 7)).phase()).isEqualTo(Phase.WAVE);
        assertThat(look(offering, NOON).phase()).isEqualTo(Phase.WAVE);
    }

    @Test
    void while_paused_who_has_it_keeps_it_and_nobody_gets_it_who_has_not() {
        var begun = State.begin(rollout(plan(List.of(everyone()))), 0, Optional.empty());
        var paused = begun.on(new Asked(NOON, Act.PAUSE, "ann", "lunch")).next();

        assertThat(Target.of(paused, having(first, 8))).isEqualTo(new Target(8, 0));
        assertThat(Target.of(paused, second)).isEqualTo(new Target(7, 0));
    }

    @Test
    void a_shadow_wave_leaves_the_version_in_force_alone_and_passes_over_who_cannot() {
        var rollout = rollout(plan(List.of(shadow(), everyone())));
        var begun = State.begin(rollout, 0, Optional.empty());
        var old =
                new EdgeReport(
                        second.identity(),
                        Set.of(),
                        Shadow.TAKES_NONE,
                        second.presence(),
                        7,
                        0,
                        0,
                        0,
                        Map.of(),
                        Map.of());

        assertThat(Target.of(begun, first)).isEqualTo(new Target(7, 8));
        assertThat(Target.of(begun, old)).isEqualTo(new Target(7, 0));
        assertThat(Progress.of(rollout, 0, List.of(first, old)))
                .isEqualTo(new Progress(1, 0, 0, 1, 0, 1, 0));
    }

    @Test
    void a_complete_rollout_can_be_rolled_back_and_the_first_of_all_cannot() {
        var complete = new State.Complete(twoWaves, NOON);
        assertThat(complete.on(new Asked(NOON, Act.ROLL_BACK, "ann", "phones ring")).next().phase())
                .isEqualTo(Phase.ROLLING_BACK);

        var first = new Rollout(1, 8, 8, "corporate", 0, Plan.atOnce(), 0, NOON, "", "");
        var refused = new State.Complete(first, NOON).on(new Asked(NOON, Act.ROLL_BACK, "ann", ""));
        assertThat(refused.refused())
                .contains("rollout 1 is complete, and no version was there before it");
    }

    @Test
    void a_newer_rollout_begins_with_the_base_of_the_one_it_supersedes() {
        var begun = State.begin(twoWaves, 0, Optional.empty());
        assertThat(begun.on(new Event.Overtaken(NOON, 2, "ann")).next().base()).isEqualTo(7);

        var back = new State.RollingBack(twoWaves, 0, 9, NOON, "");
        assertThat(back.on(new Event.Overtaken(NOON, 2, "ann")).next().base()).isEqualTo(9);
        var numberless = new State.RollingBack(twoWaves, 0, 0, NOON, "");
        assertThat(numberless.on(new Event.Overtaken(NOON, 2, "ann")).refused())
                .contains("it is rolling back");
    }

    @Test
    void a_plan_whose_last_wave_leaves_edges_out_is_refused() {
        assertThatThrownBy(() -> plan(List.of(canary())))
                .hasMessageStartingWith("wave canary: does not take every edge");
        assertThatThrownBy(() -> plan(List.of(everyone(), everyone())))
                .hasMessage("wave everyone: a name given before");
    }

    @Test
    void the_edges_of_ten_percent_are_among_those_of_fifty() {
        var rollout = rollout(plan(List.of(Plans.percent(10), Plans.percent(50), everyone())));
        int[] waves = new int[3];
        for (int i = 0; i < 1000; i++) {
            waves[rollout.waveOf(edge("north", "edge-" + i), Set.of())]++;
        }
        assertThat(waves[0]).isBetween(70, 130);
        assertThat(waves[1]).isBetween(340, 460);
    }

    private static EdgeReport failing(EdgeReport edge, long failures, long connections) {
        return new EdgeReport(
                edge.identity(),
                edge.labels(),
                edge.takesShadow(),
                edge.presence(),
                8,
                0,
                0,
                0,
                Map.of(8L, new Figures(connections, failures, 0, 0, 0, 0)),
                Map.of());
    }

    private static State look(State state, Instant at, EdgeReport... fleet) {
        return state.on(looked(state, at, fleet)).next();
    }

    private static Looked looked(State state, Instant at, EdgeReport... fleet) {
        return Look.at(state, at, Optional.empty(), List.of(fleet));
    }
}
