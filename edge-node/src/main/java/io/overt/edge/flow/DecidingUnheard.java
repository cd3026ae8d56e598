package io.overt.edge.flow;

import io.overt.edge.flow.Command.DecideUnheard;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.Decided;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.PolicyMissing;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.Screened;
import java.util.Optional;

/**
 * There is no hello. The policy is asked all the same; "inspect" cannot be done then, and the type
 * of what is known here leads to no upstream handshake.
 */
record DecidingUnheard(Known.Unheard known) implements State {

    static Step enter(Known.Unheard known) {
        return Step.to(
                new DecidingUnheard(known),
                new StartDeadline(Stage.DECIDING),
                new DecideUnheard(known));
    }

    @Override
    public Stage stage() {
        return Stage.DECIDING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Decided(var ruling, _, _) -> judged(new Known.JudgedUnheard(known, ruling));
            case PolicyMissing() -> Blocking.enter(known, Reason.NO_POLICY, Optional.empty());
            case DeadlinePassed(var stage) when stage == stage() ->
                    Blocking.enter(known, Reason.NO_POLICY, Optional.of("not in time"));
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case Screened _, Arrival _, FromClient _, FromUpstream _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private static Step judged(Known.JudgedUnheard judged) {
        var unheard = judged.unheard();
        return switch (judged.pinned().decision().action()) {
            case SPLICE ->
                    SpliceConnecting.enter(judged, Reason.RULE, Optional.of(unheard.detail()));
            case BLOCK ->
                    Blocking.enter(
                            judged, Reason.RULE, Optional.of(unheard.detail()), Optional.empty());
            case INSPECT -> Failing.because(judged, Reason.of(unheard.fault()), unheard.detail());
        };
    }
}
