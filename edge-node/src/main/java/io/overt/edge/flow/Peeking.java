package io.overt.edge.flow;

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

/** The hello has begun and is not whole. */
record Peeking(Known.Arrived known) implements State {

    @Override
    public Stage stage() {
        return Stage.PEEKING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case HelloRead(var hello) -> Deciding.enter(new Known.Heard(known, hello));
            case HelloUnread(var fault, var detail) ->
                    DecidingUnheard.enter(new Known.Unheard(known, fault, detail));
            case DeadlinePassed(var stage) when stage == stage() ->
                    DecidingUnheard.enter(
                            new Known.Unheard(
                                    known, HelloFault.TOO_SLOW, "begun and not whole in time"));
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case HelloBegun _,
                    ClientEnded _,
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
