package io.overt.edge.flow;

import io.overt.edge.flow.Command.FindDestination;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.Authenticated;
import io.overt.edge.flow.Event.ConnectAsked;
import io.overt.edge.flow.Event.ConnectRefused;
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

/** The kernel diverted somebody to us: where did they mean to go? */
record Arriving(Known.Accepted known) implements State {

    static Step enter(Known.Accepted known) {
        return Step.to(
                new Arriving(known), new StartDeadline(Stage.ARRIVING), new FindDestination());
    }

    @Override
    public Stage stage() {
        return Stage.ARRIVING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Arrival arrival -> arrived(arrival);
            case Event.DeadlinePassed(var stage) when stage == stage() ->
                    Blocking.enter(known, Reason.NO_DESTINATION, Optional.of("not in time"));
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case Judgement _, FromClient _, FromUpstream _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private Step arrived(Arrival arrival) {
        return switch (arrival) {
            case DestinationFound(var destination) ->
                    AwaitingHello.enter(new Known.Arrived(known, destination));
            case DestinationUnknown(var detail) ->
                    Blocking.enter(known, Reason.NO_DESTINATION, Optional.of(detail));
            case LoopFound(var detail) -> Blocking.enter(known, Reason.LOOP, Optional.of(detail));
            case NotAdmitted(var full, var detail) ->
                    Blocking.enter(known, Reason.of(full), Optional.of(detail));
            case ProxyHeaderRead _,
                    ProxyHeaderRefused _,
                    HealthChecked _,
                    ConnectAsked _,
                    ConnectRefused _,
                    PlainAsked _,
                    Authenticated _,
                    NotAuthenticated _,
                    Resolved _,
                    Unresolvable _,
                    LocalDestinationAsked _ ->
                    Step.stay(this);
        };
    }
}
