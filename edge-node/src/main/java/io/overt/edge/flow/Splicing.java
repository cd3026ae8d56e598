package io.overt.edge.flow;

import io.overt.edge.flow.Command.CloseStyle;
import io.overt.edge.flow.Command.Splice;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.ClientLeft;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.DrainEnded;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.Judgement;
import io.overt.edge.flow.Event.RelayEnd;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.ShellFailed;
import io.overt.edge.flow.Known.Spliceable;
import java.util.Optional;

/** Raw bytes flow, outside the machine. */
record Splicing(Spliceable known, Reason reason, Optional<String> detail) implements State {

    static Step enter(Spliceable known, Reason reason, Optional<String> detail) {
        return Step.to(
                new Splicing(known, reason, detail),
                new StartDeadline(Stage.SPLICING),
                new Splice(known));
    }

    @Override
    public Stage stage() {
        return Stage.SPLICING;
    }

    @Override
    public Optional<Fate> fate() {
        return Optional.of(new Fate(Outcome.SPLICE, reason));
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case RelayEnded(var how) -> ended(how);
            case ClientLeft() -> leave(Ending.CLIENT_LEFT, CloseStyle.GRACEFUL);
            case DeadlinePassed(var stage) when stage == stage() ->
                    leave(Ending.TIMED_OUT, CloseStyle.GRACEFUL);
            case DeadlinePassed _ -> Step.stay(this);
            case DrainEnded() -> leave(Ending.DRAINED, CloseStyle.GRACEFUL);
            case ShellFailed(var what) ->
                    Exit.of(this, Outcome.SPLICE, reason)
                            .ending(Ending.INTERNAL)
                            .because(what)
                            .close(CloseStyle.RESET);
            case Arrival _, Judgement _, FromClient _, FromUpstream _, FromForge _ ->
                    Step.stay(this);
        };
    }

    private Step ended(RelayEnd how) {
        return switch (how) {
            // What a spliced client says is its own affair.
            case COMPLETE, CLIENT_SAID_NOTHING, CLIENT_HUNG_UP, HANDED_BACK ->
                    leave(Ending.COMPLETE, CloseStyle.GRACEFUL);
            case CLIENT_RESET, CLIENT_RESET_AT_ONCE -> leave(Ending.CLIENT_RESET, CloseStyle.RESET);
            case UPSTREAM_RESET, CERTIFICATE_REQUIRED ->
                    leave(Ending.UPSTREAM_RESET, CloseStyle.RESET);
        };
    }

    private Step leave(Ending ending, CloseStyle style) {
        return Exit.of(this, Outcome.SPLICE, reason).ending(ending).because(detail).close(style);
    }
}
