package io.overt.edge.flow;

import io.overt.edge.flow.Command.Forge;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.ClientEnded;
import io.overt.edge.flow.Event.ClientLeft;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.ForgeRefused;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.Judgement;
import io.overt.edge.flow.Event.LeafForged;
import io.overt.edge.flow.Event.NotMirrorable;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.SignerAway;
import io.overt.edge.flow.Event.UpstreamLost;

/**
 * It is known what the upstream is: a leaf is forged. The last state from which a splice is
 * possible.
 */
record Forging(Known.Examined known) implements State {

    static Step enter(Known.Examined known) {
        return Step.to(
                new Forging(known), new StartDeadline(Stage.FORGING), new Forge(known.upstream()));
    }

    @Override
    public Stage stage() {
        return Stage.FORGING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case LeafForged(var leaf) -> ClientHandshaking.enter(new Known.Mirrored(known, leaf));
            case ForgeRefused(var reason, var detail) ->
                    Failing.because(known, Reason.FORGE_REFUSED, reason + ": " + detail);
            case NotMirrorable(var detail) -> Failing.because(known, Reason.NOT_MIRRORABLE, detail);
            case SignerAway(var detail) -> Failing.because(known, Reason.SIGNER_AWAY, detail);
            case UpstreamLost(var symptom, var detail) ->
                    Failing.lost(known, known.met(), symptom, detail);
            case DeadlinePassed(var stage) when stage == stage() ->
                    Failing.because(known, Reason.SIGNER_AWAY, "no leaf in time");
            case ClientEnded() -> Exit.interrupted(this, new ClientLeft());
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case FromUpstream _, Arrival _, Judgement _, FromClient _, RelayEnded _ ->
                    Step.stay(this);
        };
    }
}
