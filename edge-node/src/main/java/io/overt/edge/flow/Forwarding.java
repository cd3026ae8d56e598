package io.overt.edge.flow;

import io.overt.edge.flow.Command.CloseStyle;
import io.overt.edge.flow.Command.Forward;
import io.overt.edge.flow.Command.RelayMode;
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
import java.util.Optional;

/**
 * Plain requests go to one upstream, outside the machine. The next one that is for another begins a
 * machine of its own on the same connection of the client, so that each has its destination, its
 * ruling and its record.
 */
record Forwarding(Known.JudgedPlain known, RelayMode mode, Reason reason) implements State {

    static Step enter(Known.JudgedPlain known, RelayMode mode, Reason reason) {
        return Step.to(
                new Forwarding(known, mode, reason),
                new StartDeadline(Stage.FORWARDING),
                new Forward(mode));
    }

    @Override
    public Stage stage() {
        return Stage.FORWARDING;
    }

    @Override
    public Optional<Fate> fate() {
        return Optional.of(new Fate(outcome(), reason));
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case RelayEnded(var how) -> ended(how);
            case ClientLeft() -> leaving(Ending.CLIENT_LEFT).close(CloseStyle.GRACEFUL);
            case DeadlinePassed(var stage) when stage == stage() ->
                    leaving(Ending.TIMED_OUT)
                            .because("nothing moved for too long")
                            .close(CloseStyle.GRACEFUL);
            case DeadlinePassed _ -> Step.stay(this);
            case DrainEnded() -> leaving(Ending.DRAINED).close(CloseStyle.GRACEFUL);
            case ShellFailed(var detail) ->
                    leaving(Ending.INTERNAL).because(detail).close(CloseStyle.RESET);
            case FromClient _, FromUpstream _, Arrival _, Judgement _, FromForge _ ->
                    Step.stay(this);
        };
    }

    private Step ended(RelayEnd how) {
        return switch (how) {
            case COMPLETE, CLIENT_SAID_NOTHING, CLIENT_HUNG_UP ->
                    leaving(Ending.COMPLETE).close(CloseStyle.GRACEFUL);
            case HANDED_BACK -> leaving(Ending.COMPLETE).close(CloseStyle.CLIENT_KEPT);
            case CLIENT_RESET, CLIENT_RESET_AT_ONCE ->
                    leaving(Ending.CLIENT_RESET).close(CloseStyle.RESET);
            case UPSTREAM_RESET, CERTIFICATE_REQUIRED ->
                    leaving(Ending.UPSTREAM_RESET).close(CloseStyle.RESET);
        };
    }

    private Exit.Leaving leaving(Ending ending) {
        return Exit.of(this, outcome(), reason).forwarded(mode).ending(ending);
    }

    private Outcome outcome() {
        return switch (mode) {
            case HTTP1, BY_FIRST_BYTES -> Outcome.INSPECT;
            case OPAQUE -> Outcome.SPLICE;
        };
    }
}
