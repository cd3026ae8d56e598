package io.overt.edge.flow;

import io.overt.edge.flow.Command.Screen;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.Decided;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.PolicyMissing;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.Screened;
import io.overt.policy.Action;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Explicit proxy: after 200 a client can only be told no by a TLS alert, so what the policy blocks
 * whatever the hello says is answered now, in words (ADR 0050). Nothing is pinned yet.
 */
record Screening(
        Known.Arrived known, OriginalDestination.Asked asked, List<InetSocketAddress> others)
        implements State {

    /**
     * @param others of the name's addresses
     */
    static Step enter(
            Known.Accepted accepted,
            OriginalDestination.Asked asked,
            List<InetSocketAddress> others) {
        var known = new Known.Arrived(accepted, asked);
        return Step.to(
                new Screening(known, asked, others),
                new StartDeadline(Stage.SCREENING),
                new Screen(known));
    }

    @Override
    public Stage stage() {
        return Stage.SCREENING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Screened(var ruling) ->
                    ruling.decision().action() == Action.BLOCK
                            ? Blocking.enter(
                                    new Known.Prejudged(known, ruling),
                                    Reason.RULE,
                                    Optional.empty())
                            : Reaching.enter(known, asked, others);
            case PolicyMissing() -> Blocking.enter(known, Reason.NO_POLICY, Optional.empty());
            case DeadlinePassed(var stage) when stage == stage() ->
                    Blocking.enter(known, Reason.NO_POLICY, Optional.of("not in time"));
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case Decided _, Arrival _, FromClient _, FromUpstream _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }
}
