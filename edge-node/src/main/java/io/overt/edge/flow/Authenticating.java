package io.overt.edge.flow;

import io.overt.edge.flow.Command.Authenticate;
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

/**
 * Explicit proxy: is the client who it says it is? Before anything is looked up for it, so that who
 * has no password cannot make us ask the DNS.
 */
record Authenticating(Known.Asked known) implements State {

    static Step enter(Known.Asked known) {
        return Step.to(
                new Authenticating(known),
                new StartDeadline(Stage.AUTHENTICATING),
                new Authenticate());
    }

    @Override
    public Stage stage() {
        return Stage.AUTHENTICATING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Arrival arrival -> arrived(arrival);
            case DeadlinePassed(var stage) when stage == stage() ->
                    Blocking.enter(
                            known, Reason.AUTHENTICATION_OVERLOAD, Optional.of("not in time"));
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case Judgement _, FromClient _, FromUpstream _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private Step arrived(Arrival arrival) {
        return switch (arrival) {
            case Authenticated(var user) ->
                    Resolving.enter(
                            new Known.Asked(
                                    known.accepted().authenticatedAs(user),
                                    known.target(),
                                    known.form()));
            case NotAuthenticated(var fault, var detail) ->
                    Blocking.enter(
                            known,
                            switch (fault) {
                                case MISSING -> Reason.AUTHENTICATION_REQUIRED;
                                case WRONG -> Reason.AUTHENTICATION_FAILED;
                                case TOO_MANY -> Reason.AUTHENTICATION_LIMITED;
                                case OVERLOAD -> Reason.AUTHENTICATION_OVERLOAD;
                            },
                            Optional.of(detail));
            case DestinationFound _,
                    DestinationUnknown _,
                    ProxyHeaderRead _,
                    ProxyHeaderRefused _,
                    HealthChecked _,
                    ConnectAsked _,
                    PlainAsked _,
                    ConnectRefused _,
                    Resolved _,
                    Unresolvable _,
                    LoopFound _,
                    LocalDestinationAsked _,
                    NotAdmitted _ ->
                    Step.stay(this);
        };
    }
}
