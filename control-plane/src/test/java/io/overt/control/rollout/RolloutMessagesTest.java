package io.overt.control.rollout;

import static io.overt.control.rollout.Plans.NOON;
import static io.overt.control.rollout.Plans.canary;
import static io.overt.control.rollout.Plans.edge;
import static io.overt.control.rollout.Plans.everyone;
import static io.overt.control.rollout.Plans.handshakes;
import static io.overt.control.rollout.Plans.having;
import static io.overt.control.rollout.Plans.plan;
import static io.overt.control.rollout.Plans.report;
import static io.overt.control.rollout.Plans.rollout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.overt.proto.control.v1.WaveProgress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RolloutMessagesTest {
    private final EdgeReport first = report(edge("north", "one"), "canary");
    private final EdgeReport second = report(edge("north", "two"));
    private final EdgeReport third = report(edge("south", "one"));

    /** Found by a rehearsal: the canary was said to be taken by all nine edges of three sites. */
    @Test
    void a_wave_that_was_rolled_back_had_its_own_edges_and_not_those_of_the_way_back() {
        var rollout =
                rollout(plan(List.of(canary(), everyone()), handshakes(Gate.Action.ROLL_BACK)));
        var ledger = new Ledger(State.begin(rollout, 0, Optional.empty()), List.of());

        ledger = look(ledger, NOON.plusSeconds(1), having(first, 8), second, third);
        ledger = look(ledger, NOON.plusSeconds(2), failing(having(first, 8)), second, third);
        ledger = on(ledger, new Event.PublishedAgain(NOON.plusSeconds(3), 9));
        ledger =
                look(
                        ledger,
                        NOON.plusSeconds(4),
                        failing(having(first, 9)),
                        having(second, 9),
                        having(third, 9));

        var shown = RolloutMessages.past(ledger);
        assertThat(ledger.state().phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(shown.getWavesList())
                .extracting(WaveProgress::getName, WaveProgress::getEdges, WaveProgress::getTaken)
                .containsExactly(tuple("canary", 1, 1), tuple("everyone", 0, 0));
        assertThat(shown.getGatesList())
                .singleElement()
                .satisfies(gate -> assertThat(gate.getOver()).isEqualTo(200));
    }

    private static EdgeReport failing(EdgeReport edge) {
        return new EdgeReport(
                edge.identity(),
                edge.labels(),
                edge.takesShadow(),
                edge.presence(),
                edge.active(),
                edge.shadow(),
                edge.rejected(),
                edge.offered(),
                Map.of(8L, new Figures(200, 100, 0, 0, 0, 0)),
                Map.of());
    }

    private static Ledger look(Ledger ledger, Instant at, EdgeReport... fleet) {
        return on(ledger, Look.at(ledger.state(), at, Optional.empty(), List.of(fleet)));
    }

    private static Ledger on(Ledger ledger, Event event) {
        var step = ledger.state().on(event);
        return ledger.with(ledger.entry(event, step), step.next());
    }
}
