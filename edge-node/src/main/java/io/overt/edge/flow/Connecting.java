package io.overt.edge.flow;

import io.overt.edge.flow.Command.ConnectUpstream;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.ClientEnded;
import io.overt.edge.flow.Event.ClientLeft;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.Judgement;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.UpstreamConnected;
import io.overt.edge.flow.Event.UpstreamLost;
import io.overt.edge.flow.Event.UpstreamUnreachable;
import java.util.Optional;

/** TCP to the original destination. */
record Connecting(Known.Judged known) implements State {

    static Step enter(Known.Judged known) {
        return Step.to(
                new Connecting(known),
                new StartDeadline(Stage.CONNECTING),
                new ConnectUpstream(known.rawDestination().address()));
    }

    @Override
    public Stage stage() {
        return Stage.CONNECTING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case UpstreamConnected() -> UpstreamHandshaking.enter(known);
            case UpstreamUnreachable(var symptom, var detail) -> unreachable(symptom, detail);
            case UpstreamLost(var symptom, var detail) -> unreachable(symptom, detail);
            case DeadlinePassed(var stage) when stage == stage() ->
                    unreachable(Symptom.Plain.SILENCE, "no connection in time");
            case ClientEnded() -> Exit.interrupted(this, new ClientLeft());
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case FromUpstream _, Arrival _, Judgement _, FromClient _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private Step unreachable(Symptom symptom, String detail) {
        return Failing.because(known, Reason.UNREACHABLE, detail, Optional.of(symptom));
    }
}
