package io.overt.edge.flow;

import io.overt.edge.flow.Command.AcceptConnect;
import io.overt.edge.flow.Command.PeekHello;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.ClientEnded;
import io.overt.edge.flow.Event.ClientHandshakeFailed;
import io.overt.edge.flow.Event.ClientHandshaken;
import io.overt.edge.flow.Event.ClientSpoke;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.HelloBegun;
import io.overt.edge.flow.Event.HelloRead;
import io.overt.edge.flow.Event.HelloUnread;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.Judgement;
import io.overt.edge.flow.Event.LeafRefused;
import io.overt.edge.flow.Event.RefusalSent;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.policy.HelloFault;
import java.util.List;

/**
 * The client may speak, and has not. Apart from {@link Peeking}, because a client that warms up a
 * connection may be quiet for long, and one that began a hello may not.
 */
record AwaitingHello(Known.Arrived known) implements State {

    static Step enter(Known.Arrived known) {
        return Step.to(
                new AwaitingHello(known), new StartDeadline(Stage.AWAITING_HELLO), new PeekHello());
    }

    static Step enterAfter(AcceptConnect accept, Known.Arrived known) {
        return new Step(
                new AwaitingHello(known),
                List.of(accept, new StartDeadline(Stage.AWAITING_HELLO), new PeekHello()));
    }

    @Override
    public Stage stage() {
        return Stage.AWAITING_HELLO;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case HelloBegun() -> Step.to(new Peeking(known), new StartDeadline(Stage.PEEKING));
            case HelloRead(var hello) -> Deciding.enter(new Known.Heard(known, hello));
            case HelloUnread(var fault, var detail) ->
                    DecidingUnheard.enter(new Known.Unheard(known, fault, detail));
            case DeadlinePassed(var stage) when stage == stage() ->
                    DecidingUnheard.enter(
                            new Known.Unheard(known, HelloFault.ABSENT, "nothing was sent"));
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case ClientEnded _,
                    ClientHandshaken _,
                    ClientHandshakeFailed _,
                    LeafRefused _,
                    ClientSpoke _,
                    RefusalSent _,
                    Arrival _,
                    Judgement _,
                    FromUpstream _,
                    FromForge _,
                    RelayEnded _ ->
                    Step.stay(this);
        };
    }
}
