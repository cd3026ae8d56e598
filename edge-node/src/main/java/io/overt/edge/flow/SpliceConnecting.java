package io.overt.edge.flow;

import io.overt.edge.flow.Command.AbandonUpstream;
import io.overt.edge.flow.Command.CloseStyle;
import io.overt.edge.flow.Command.DialRaw;
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
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Known.Spliceable;
import java.util.Optional;

/**
 * A fresh raw connection to the original destination. Fresh, because what the upstream has seen on
 * the other one is our hello and not the client's.
 */
record SpliceConnecting(Spliceable known, Reason reason, Optional<String> detail) implements State {

    static Step enter(Spliceable known, Reason reason, Optional<String> detail) {
        return Step.to(
                new SpliceConnecting(known, reason, detail),
                new AbandonUpstream(),
                new StartDeadline(Stage.SPLICE_CONNECTING),
                new DialRaw(known.rawDestination().address()));
    }

    @Override
    public Stage stage() {
        return Stage.SPLICE_CONNECTING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case RawConnected() -> Splicing.enter(known, reason, detail);
            case RawUnreachable(var what) -> unreachable(what);
            case DeadlinePassed(var stage) when stage == stage() ->
                    unreachable("no connection in time");
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case FromUpstream _, Arrival _, Judgement _, FromClient _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    /** By a reset, as an absent host would look without us. */
    private Step unreachable(String what) {
        return Exit.of(this, Outcome.SPLICE, reason)
                .ending(Ending.UNREACHABLE)
                .because(detail.map(cause -> cause + "; splice: " + what).orElse(what))
                .close(CloseStyle.RESET);
    }
}
