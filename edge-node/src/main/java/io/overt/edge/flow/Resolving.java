package io.overt.edge.flow;

import io.overt.edge.flow.Command.Resolve;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.Authenticated;
import io.overt.edge.flow.Event.ConnectAsked;
import io.overt.edge.flow.Event.ConnectRefused;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.DestinationFound;
import io.overt.edge.flow.Event.DestinationUnknown;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.HealthChecked;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.Judgement;
import io.overt.edge.flow.Event.LocalDestinationAsked;
import io.overt.edge.flow.Event.LoopFound;
import io.overt.edge.flow.Event.NotAdmitted;
import io.overt.edge.flow.Event.NotAuthenticated;
import io.overt.edge.flow.Event.PlainAsked;
import io.overt.edge.flow.Event.ProxyHeaderRead;
import io.overt.edge.flow.Event.ProxyHeaderRefused;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.Resolved;
import io.overt.edge.flow.Event.Unresolvable;
import java.util.Optional;

/** Explicit proxy: the client named its destination, and we look for the address. */
record Resolving(Known.Asked known) implements State {

    static Step enter(Known.Asked known) {
        return Step.to(
                new Resolving(known),
                new StartDeadline(Stage.RESOLVING),
                new Resolve(known.target()));
    }

    @Override
    public Stage stage() {
        return Stage.RESOLVING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Arrival arrival -> arrived(arrival);
            case DeadlinePassed(var stage) when stage == stage() ->
                    Blocking.enter(known, Reason.UNRESOLVED, Optional.of("not in time"));
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case Judgement _, FromClient _, FromUpstream _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private Step arrived(Arrival arrival) {
        return switch (arrival) {
            case Resolved(var address, var others) -> {
                var asked = new OriginalDestination.Asked(address, known.target(), known.form());
                yield switch (known.form()) {
                    case TUNNEL -> Screening.enter(known.accepted(), asked, others);
                    case PLAIN_REQUEST ->
                            DecidingPlain.enter(
                                    new Known.Arrived(known.accepted(), asked),
                                    others.stream()
                                            .map(
                                                    other ->
                                                            new Known.Arrived(
                                                                    known.accepted(),
                                                                    asked.under(other)))
                                            .toList());
                };
            }
            case Unresolvable(var detail) ->
                    Blocking.enter(known, Reason.UNRESOLVED, Optional.of(detail));
            case LoopFound(var detail) -> Blocking.enter(known, Reason.LOOP, Optional.of(detail));
            case LocalDestinationAsked(var address) ->
                    Blocking.enter(
                            known,
                            Reason.LOCAL_DESTINATION,
                            Optional.of(address + " is local to this edge"));
            case DestinationFound _,
                    ProxyHeaderRead _,
                    ProxyHeaderRefused _,
                    HealthChecked _,
                    DestinationUnknown _,
                    ConnectAsked _,
                    ConnectRefused _,
                    PlainAsked _,
                    Authenticated _,
                    NotAuthenticated _,
                    NotAdmitted _ ->
                    Step.stay(this);
        };
    }
}
