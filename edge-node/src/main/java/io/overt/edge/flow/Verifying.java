package io.overt.edge.flow;

import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Command.VerifyUpstream;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.ClientEnded;
import io.overt.edge.flow.Event.ClientLeft;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.Judgement;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.UpstreamLost;
import io.overt.edge.flow.Event.UpstreamUntrusted;
import io.overt.edge.flow.Event.UpstreamVerified;
import io.overt.edge.flow.Event.VerifierFull;
import io.overt.x509.UntrustedReason;
import java.util.List;
import java.util.stream.Collectors;

/** The upstream showed a chain: is it who the client asked for? */
record Verifying(Known.Met known) implements State {

    static Step enter(Known.Met known) {
        return Step.to(
                new Verifying(known),
                new StartDeadline(Stage.VERIFYING),
                new VerifyUpstream(
                        known.session().chain(),
                        known.judged().heard().hello().serverName(),
                        known.rawDestination().address()));
    }

    @Override
    public Stage stage() {
        return Stage.VERIFYING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case UpstreamVerified(var upstream) -> verified(new Known.Proven(known, upstream));
            case UpstreamUntrusted(var reasons, var mirrorable) ->
                    Failing.untrusted(known, oneLine(reasons), mirrorable);
            case VerifierFull(var detail) -> Failing.because(known, Reason.OVERLOAD, detail);
            case UpstreamLost(var symptom, var detail) ->
                    Failing.lost(known, known, symptom, detail);
            // Not verified in time is not verified.
            case DeadlinePassed(var stage) when stage == stage() ->
                    Failing.because(known, Reason.UNTRUSTED, "not verified in time");
            case ClientEnded() -> Exit.interrupted(this, new ClientLeft());
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case FromUpstream _, Arrival _, Judgement _, FromClient _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private static Step verified(Known.Proven proven) {
        return proven.pinned().exclusion().isPresent()
                ? Excluded.enter(proven)
                : Forging.enter(proven);
    }

    static String oneLine(List<UntrustedReason> reasons) {
        return reasons.stream()
                .map(reason -> reason.kind() + ": " + reason.detail())
                .collect(Collectors.joining("; "));
    }
}
