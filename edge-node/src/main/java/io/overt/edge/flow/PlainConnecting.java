package io.overt.edge.flow;

import io.overt.edge.flow.Command.ConnectPlain;
import io.overt.edge.flow.Command.ReachPlain;
import io.overt.edge.flow.Command.RelayMode;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.Judgement;
import io.overt.edge.flow.Event.RawConnected;
import io.overt.edge.flow.Event.RawUnreachable;
import io.overt.edge.flow.Event.Reached;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.UpstreamUnreachable;
import java.util.List;
import java.util.Optional;

/**
 * TCP to where a plain request is to go, by whichever address of its host answers. A client that
 * has closed its side may still read the answer.
 *
 * @param mode how requests will be forwarded
 * @param reason why so
 */
record PlainConnecting(Known.JudgedPlain known, RelayMode mode, Reason reason) implements State {

    static Step enter(
            Known.JudgedPlain known, List<Known.Arrived> others, RelayMode mode, Reason reason) {
        return Step.to(
                new PlainConnecting(known, mode, reason),
                new StartDeadline(Stage.CONNECTING),
                new ReachPlain(known.arrived(), others));
    }

    @Override
    public Stage stage() {
        return Stage.CONNECTING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Reached(var address) ->
                    Step.to(
                            new PlainConnecting(known.under(address), mode, reason),
                            new ConnectPlain(address));
            case RawConnected() -> Forwarding.enter(known, mode, reason);
            case UpstreamUnreachable(var symptom, var detail) ->
                    Blocking.unreachable(known, symptom, detail);
            case RawUnreachable(var detail) ->
                    Blocking.enter(known, Reason.UNREACHABLE, Optional.of(detail));
            case DeadlinePassed(var stage) when stage == stage() ->
                    Blocking.unreachable(known, Symptom.Plain.SILENCE, "no connection in time");
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case FromUpstream _, Arrival _, Judgement _, FromClient _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }
}
