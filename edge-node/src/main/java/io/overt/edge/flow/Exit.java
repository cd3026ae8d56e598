package io.overt.edge.flow;

import io.overt.edge.flow.Command.CloseAll;
import io.overt.edge.flow.Command.CloseStyle;
import io.overt.edge.flow.Command.Conclude;
import io.overt.edge.flow.Command.RelayMode;
import io.overt.edge.flow.Event.ClientLeft;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.DrainEnded;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.ShellFailed;
import io.overt.edge.flow.Known.TlsSession;
import java.util.Optional;

/** The one way out: closes what is open and makes the one record. */
final class Exit {

    private Exit() {}

    /**
     * What interrupts a connection before the client got anything. A passed deadline is the state's
     * own affair; one that gets here belongs to another stage.
     */
    static Step interrupted(State from, Interruption interruption) {
        return switch (interruption) {
            case ClientLeft() ->
                    of(from, Outcome.ABANDON, Reason.CLIENT_LEFT)
                            .ending(Ending.CLIENT_LEFT)
                            .close(CloseStyle.GRACEFUL);
            case DeadlinePassed _ -> Step.stay(from);
            case DrainEnded() ->
                    of(from, Outcome.BLOCK, Reason.DRAINING)
                            .ending(Ending.DRAINED)
                            .close(CloseStyle.RESET);
            case ShellFailed(var detail) ->
                    of(from, Outcome.BLOCK, Reason.INTERNAL)
                            .ending(Ending.INTERNAL)
                            .because(detail)
                            .close(CloseStyle.RESET);
        };
    }

    /** Once our leaf may be out. What was wrong with the upstream is said before all else. */
    static Leaving mirrored(State from, Known.Mirrored known) {
        return switch (known.examined()) {
            case Known.Proven _ -> of(from, Outcome.INSPECT, Reason.RULE);
            case Known.Distrusted(_, var upstream) ->
                    of(from, Outcome.INSPECT, Reason.UNTRUSTED)
                            .because(Verifying.oneLine(upstream.reasons()));
        };
    }

    /** The same, before its end. */
    static Fate fate(Known.Mirrored known) {
        return switch (known.examined()) {
            case Known.Proven _ -> new Fate(Outcome.INSPECT, Reason.RULE);
            case Known.Distrusted _ -> new Fate(Outcome.INSPECT, Reason.UNTRUSTED);
        };
    }

    static Leaving of(State from, Outcome outcome, Reason reason) {
        return new Leaving(
                from,
                outcome,
                reason,
                Ending.COMPLETE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A conclusion in the making. */
    record Leaving(
            State from,
            Outcome outcome,
            Reason reason,
            Ending ending,
            Optional<String> detail,
            Optional<TlsSession> client,
            Optional<RelayMode> relay) {

        Leaving ending(Ending how) {
            return new Leaving(from, outcome, reason, how, detail, client, relay);
        }

        Leaving because(String what) {
            return because(Optional.of(what));
        }

        /** Behind what was said before. */
        Leaving because(Optional<String> what) {
            var both =
                    detail.isPresent() && what.isPresent()
                            ? Optional.of(detail.get() + "; " + what.get())
                            : detail.or(() -> what);
            return new Leaving(from, outcome, reason, ending, both, client, relay);
        }

        Leaving relayed(TlsSession session, RelayMode mode) {
            return new Leaving(
                    from, outcome, reason, ending, detail, Optional.of(session), Optional.of(mode));
        }

        /** Plain requests, of which there is no TLS with the client. */
        Leaving forwarded(RelayMode mode) {
            return new Leaving(from, outcome, reason, ending, detail, client, Optional.of(mode));
        }

        Step close(CloseStyle style) {
            var conclusion =
                    new Conclusion(
                            from.known(),
                            outcome,
                            reason,
                            ending,
                            detail,
                            client,
                            relay,
                            from.stage());
            return Step.to(new Closed(conclusion), new CloseAll(style), new Conclude(conclusion));
        }
    }
}
