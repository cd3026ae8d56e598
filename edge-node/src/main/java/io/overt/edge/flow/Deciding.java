package io.overt.edge.flow;

import io.overt.edge.flow.Command.Decide;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.Decided;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.Load;
import io.overt.edge.flow.Event.PolicyMissing;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.Screened;
import java.util.Optional;

/** The hello is known: the policy is asked, and its answer stays with the connection. */
record Deciding(Known.Heard known) implements State {

    static Step enter(Known.Heard known) {
        return Step.to(new Deciding(known), new StartDeadline(Stage.DECIDING), new Decide(known));
    }

    @Override
    public Stage stage() {
        return Stage.DECIDING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Decided(var ruling, var load, var habit) ->
                    judged(new Known.Judged(known, ruling), load, habit);
            case PolicyMissing() -> Blocking.enter(known, Reason.NO_POLICY, Optional.empty());
            case DeadlinePassed(var stage) when stage == stage() ->
                    Blocking.enter(known, Reason.NO_POLICY, Optional.of("not in time"));
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case Screened _, Arrival _, FromClient _, FromUpstream _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private static Step judged(Known.Judged judged, Load load, Optional<CertificateHabit> habit) {
        return switch (judged.pinned().decision().action()) {
            case SPLICE -> SpliceConnecting.enter(judged, Reason.RULE, Optional.empty());
            case BLOCK -> Blocking.enter(judged, Reason.RULE, Optional.empty(), Optional.empty());
            case INSPECT -> inspect(judged, load, habit);
        };
    }

    private static Step inspect(Known.Judged judged, Load load, Optional<CertificateHabit> habit) {
        var suspension = judged.pinned().suspension();
        if (suspension.isPresent()) {
            return SpliceConnecting.enter(judged, Reason.EMERGENCY, suspension.get().detail());
        }
        if (load == Load.EXHAUSTED) {
            return Failing.because(
                    judged, Reason.OVERLOAD, "as many connections are inspected as may be");
        }
        if (Excluded.isBlocked(judged)) {
            return Excluded.enter(judged);
        }
        return Servable.by(judged.heard().hello())
                .map(no -> Failing.because(judged, no.reason(), no.detail()))
                .or(() -> habit.flatMap(seen -> ClientCertificates.foreseen(judged, seen)))
                .orElseGet(() -> Connecting.enter(judged));
    }
}
