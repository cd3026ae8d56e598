package io.overt.edge.flow;

import io.overt.edge.flow.Command.ReadConnectHead;
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
import io.overt.edge.flow.OriginalDestination.Form;
import java.util.Optional;

/** Explicit proxy: the head of the first request is on its way. */
record ReadingConnect(Known.Accepted known) implements State {

    static Step enter(Known.Accepted known) {
        return Step.to(
                new ReadingConnect(known),
                new StartDeadline(Stage.CONNECT_HEAD),
                new ReadConnectHead());
    }

    @Override
    public Stage stage() {
        return Stage.CONNECT_HEAD;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Arrival arrival -> arrived(arrival);
            case DeadlinePassed(var stage) when stage == stage() ->
                    Blocking.enter(known, Reason.CONNECT_MALFORMED, Optional.of("not in time"));
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case Judgement _, FromClient _, FromUpstream _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private Step asked(Known.Asked asked) {
        return switch (known.listener().access()) {
            case OPEN -> Resolving.enter(asked);
            case AUTHENTICATED -> Authenticating.enter(asked);
        };
    }

    private Step arrived(Arrival arrival) {
        return switch (arrival) {
            case ConnectAsked(var target) -> asked(new Known.Asked(known, target, Form.TUNNEL));
            case PlainAsked(var target) ->
                    asked(new Known.Asked(known, target, Form.PLAIN_REQUEST));
            case ConnectRefused(var fault, var detail) ->
                    Blocking.enter(
                            known,
                            switch (fault) {
                                case MALFORMED, TOO_LARGE -> Reason.CONNECT_MALFORMED;
                                case NOT_CONNECT -> Reason.CONNECT_UNSUPPORTED;
                            },
                            Optional.of(detail));
            case LoopFound(var detail) -> Blocking.enter(known, Reason.LOOP, Optional.of(detail));
            case NotAdmitted(var full, var detail) ->
                    Blocking.enter(known, Reason.of(full), Optional.of(detail));
            case DestinationFound _,
                    Authenticated _,
                    NotAuthenticated _,
                    ProxyHeaderRead _,
                    ProxyHeaderRefused _,
                    HealthChecked _,
                    DestinationUnknown _,
                    Resolved _,
                    Unresolvable _,
                    LocalDestinationAsked _ ->
                    Step.stay(this);
        };
    }
}
