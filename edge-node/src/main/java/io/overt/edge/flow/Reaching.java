package io.overt.edge.flow;

import io.overt.edge.flow.Command.AcceptConnect;
import io.overt.edge.flow.Command.Reach;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.Judgement;
import io.overt.edge.flow.Event.Reached;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.UpstreamUnreachable;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Explicit proxy: TCP to the destination before the client hears 200, because only now can it be
 * told in words that there is nobody (RFC 9110 §15.6.3, §15.6.5). Which of a name's addresses
 * answered is from here on the destination, for the policy and for the record; no byte is sent on
 * the connection before there is a ruling.
 */
record Reaching(Known.Arrived known, OriginalDestination.Asked asked) implements State {

    static Step enter(
            Known.Arrived known, OriginalDestination.Asked asked, List<InetSocketAddress> others) {
        return Step.to(
                new Reaching(known, asked),
                new StartDeadline(Stage.REACHING),
                new Reach(
                        known,
                        others.stream()
                                .map(
                                        other ->
                                                new Known.Arrived(
                                                        known.accepted(), asked.under(other)))
                                .toList()));
    }

    @Override
    public Stage stage() {
        return Stage.REACHING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Reached(var address) ->
                    AwaitingHello.enterAfter(
                            new AcceptConnect(),
                            new Known.Arrived(known.accepted(), asked.under(address)));
            case UpstreamUnreachable(var symptom, var detail) -> unreachable(symptom, detail);
            case DeadlinePassed(var stage) when stage == stage() ->
                    unreachable(Symptom.Plain.SILENCE, "no connection in time");
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case FromUpstream _, Arrival _, Judgement _, FromClient _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private Step unreachable(Symptom symptom, String detail) {
        return Blocking.unreachable(known, symptom, Optional.of(detail));
    }
}
