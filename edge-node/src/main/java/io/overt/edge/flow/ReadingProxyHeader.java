package io.overt.edge.flow;

import io.overt.edge.flow.Command.CloseStyle;
import io.overt.edge.flow.Command.ReadProxyHeader;
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

/** A load balancer connected, and has not said whose connection it is. */
record ReadingProxyHeader(Known.Accepted known) implements State {

    static Step enter(Known.Accepted known) {
        return Step.to(
                new ReadingProxyHeader(known),
                new StartDeadline(Stage.PROXY_HEADER),
                new ReadProxyHeader());
    }

    @Override
    public Stage stage() {
        return Stage.PROXY_HEADER;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Arrival arrival -> arrived(arrival);
            case DeadlinePassed(var stage) when stage == stage() ->
                    Blocking.enter(
                            known, Reason.PROXY_HEADER_MALFORMED, Optional.of("not in time"));
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case Judgement _, FromClient _, FromUpstream _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private Step arrived(Arrival arrival) {
        return switch (arrival) {
            case ProxyHeaderRead(var client, var destination) ->
                    AwaitingHello.enter(
                            new Known.Arrived(
                                    known.onBehalfOf(client),
                                    new OriginalDestination.Announced(destination)));
            case HealthChecked() ->
                    Exit.of(this, Outcome.ABANDON, Reason.HEALTH_CHECK).close(CloseStyle.GRACEFUL);
            case ProxyHeaderRefused(var fault, var detail) ->
                    Blocking.enter(
                            known,
                            switch (fault) {
                                case PEER_NOT_ALLOWED -> Reason.PEER_NOT_ALLOWED;
                                case MALFORMED -> Reason.PROXY_HEADER_MALFORMED;
                            },
                            Optional.of(detail));
            case LoopFound(var detail) -> Blocking.enter(known, Reason.LOOP, Optional.of(detail));
            case LocalDestinationAsked(var address) ->
                    Blocking.enter(
                            known,
                            Reason.LOCAL_DESTINATION,
                            Optional.of(address + " is local to this edge"));
            case NotAdmitted(var full, var detail) ->
                    Blocking.enter(known, Reason.of(full), Optional.of(detail));
            case DestinationFound _,
                    DestinationUnknown _,
                    ConnectAsked _,
                    ConnectRefused _,
                    PlainAsked _,
                    Authenticated _,
                    NotAuthenticated _,
                    Resolved _,
                    Unresolvable _ ->
                    Step.stay(this);
        };
    }
}
