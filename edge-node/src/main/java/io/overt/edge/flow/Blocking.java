package io.overt.edge.flow;

import io.overt.edge.flow.Command.AbandonUpstream;
import io.overt.edge.flow.Command.CloseStyle;
import io.overt.edge.flow.Command.Refuse;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.ClientEnded;
import io.overt.edge.flow.Event.ClientHandshakeFailed;
import io.overt.edge.flow.Event.ClientHandshaken;
import io.overt.edge.flow.Event.ClientLeft;
import io.overt.edge.flow.Event.ClientSpoke;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.DrainEnded;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.HelloBegun;
import io.overt.edge.flow.Event.HelloRead;
import io.overt.edge.flow.Event.HelloUnread;
import io.overt.edge.flow.Event.Judgement;
import io.overt.edge.flow.Event.LeafRefused;
import io.overt.edge.flow.Event.RefusalSent;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.ShellFailed;
import io.overt.edge.flow.Known.JudgedUnheard;
import io.overt.edge.flow.Known.Spliceable;
import java.util.Optional;

/** The client is being told no. Whatever happens now, it stays a no, and for the same reason. */
record Blocking(Known known, Reason reason, Optional<String> detail) implements State {

    /** Before a hello: nobody or nothing to reach, or no policy to ask. */
    static Step enter(Known.Accepted known, Reason reason, Optional<String> detail) {
        return enter(known, known.listener(), reason, detail, Optional.empty());
    }

    static Step enter(Known.Asked known, Reason reason, Optional<String> detail) {
        return enter(known, known.accepted().listener(), reason, detail, Optional.empty());
    }

    /** Before CONNECT was answered. */
    static Step enter(Known.Arrived known, Reason reason, Optional<String> detail) {
        return enter(known, known.accepted().listener(), reason, detail, Optional.empty());
    }

    /** Nobody is where CONNECT leads. */
    static Step unreachable(Known.Arrived known, Symptom symptom, Optional<String> detail) {
        return enter(known, Refusal.unreachable(symptom), Reason.UNREACHABLE, detail);
    }

    static Step enter(Known.Prejudged known, Reason reason, Optional<String> detail) {
        return enter(
                known,
                known.arrived().accepted().listener(),
                reason,
                detail,
                Optional.of(known.screened()));
    }

    /** Of a plain request, by the policy's word or because it cannot be forwarded. */
    static Step enter(Known.JudgedPlain known, Reason reason, Optional<String> detail) {
        return enter(
                known,
                known.arrived().accepted().listener(),
                reason,
                detail,
                Optional.of(known.pinned()));
    }

    /** Nobody is where a plain request leads. */
    static Step unreachable(Known.JudgedPlain known, Symptom symptom, String detail) {
        return enter(known, Refusal.unreachable(symptom), Reason.UNREACHABLE, Optional.of(detail));
    }

    /** There is a hello and no policy. */
    static Step enter(Known.Heard known, Reason reason, Optional<String> detail) {
        return enter(known, Refusal.afterHello(reason, Optional.empty()), reason, detail);
    }

    /** There is neither. */
    static Step enter(Known.Unheard known, Reason reason, Optional<String> detail) {
        return enter(known, Refusal.withoutHello(reason), reason, detail);
    }

    /** By the policy's word. */
    static Step enter(
            Spliceable known, Reason reason, Optional<String> detail, Optional<Symptom> symptom) {
        var refusal =
                known instanceof JudgedUnheard unheard
                        ? Refusal.withoutHello(Reason.of(unheard.unheard().fault()))
                        : Refusal.afterHello(reason, symptom);
        return enter(known, refusal, reason, detail);
    }

    private static Step enter(
            Known known,
            Listener listener,
            Reason reason,
            Optional<String> detail,
            Optional<Known.Ruling> ruling) {
        return enter(
                known,
                Refusal.beforeHello(listener, reason, ruling.filter(_ -> reason == Reason.RULE)),
                reason,
                detail);
    }

    private static Step enter(
            Known known, Refusal refusal, Reason reason, Optional<String> detail) {
        return Step.to(
                new Blocking(known, reason, detail),
                new AbandonUpstream(),
                new StartDeadline(Stage.BLOCKING),
                new Refuse(refusal));
    }

    @Override
    public Stage stage() {
        return Stage.BLOCKING;
    }

    @Override
    public Optional<Fate> fate() {
        return Optional.of(new Fate(Outcome.BLOCK, reason));
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case RefusalSent() -> leave(Ending.COMPLETE, CloseStyle.GRACEFUL);
            case ClientLeft() -> leave(Ending.CLIENT_LEFT, CloseStyle.GRACEFUL);
            case DeadlinePassed(var stage) when stage == stage() ->
                    leave(Ending.TIMED_OUT, CloseStyle.RESET);
            case DeadlinePassed _ -> Step.stay(this);
            case DrainEnded() -> leave(Ending.DRAINED, CloseStyle.RESET);
            case ShellFailed(var what) ->
                    Exit.of(this, Outcome.BLOCK, reason)
                            .ending(Ending.INTERNAL)
                            .because(what)
                            .close(CloseStyle.RESET);
            case HelloBegun _,
                    HelloRead _,
                    HelloUnread _,
                    ClientEnded _,
                    ClientHandshaken _,
                    ClientHandshakeFailed _,
                    LeafRefused _,
                    ClientSpoke _,
                    Arrival _,
                    Judgement _,
                    FromUpstream _,
                    FromForge _,
                    RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private Step leave(Ending ending, CloseStyle style) {
        return Exit.of(this, Outcome.BLOCK, reason).ending(ending).because(detail).close(style);
    }
}
