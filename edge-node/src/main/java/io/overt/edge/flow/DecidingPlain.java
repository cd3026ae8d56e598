package io.overt.edge.flow;

import io.overt.edge.flow.Command.DecidePlain;
import io.overt.edge.flow.Command.RelayMode;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.DeadlinePassed;
import io.overt.edge.flow.Event.Decided;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.Load;
import io.overt.edge.flow.Event.PolicyMissing;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.Screened;
import io.overt.policy.Failure;
import io.overt.policy.FailureAction;
import java.util.List;
import java.util.Optional;

/**
 * Explicit proxy: where a plain request wants to go is known, and it needs no hello. To inspect is
 * to judge each request by the rules for requests; to splice is to forward them unjudged.
 *
 * @param others further addresses of the same host
 */
record DecidingPlain(Known.Arrived known, List<Known.Arrived> others) implements State {

    DecidingPlain {
        others = List.copyOf(others);
    }

    static Step enter(Known.Arrived known, List<Known.Arrived> others) {
        return Step.to(
                new DecidingPlain(known, others),
                new StartDeadline(Stage.DECIDING),
                new DecidePlain(known));
    }

    @Override
    public Stage stage() {
        return Stage.DECIDING;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Decided(var ruling, var load, _) ->
                    judged(new Known.JudgedPlain(known, ruling), load);
            case PolicyMissing() -> Blocking.enter(known, Reason.NO_POLICY, Optional.empty());
            case DeadlinePassed(var stage) when stage == stage() ->
                    Blocking.enter(known, Reason.NO_POLICY, Optional.of("not in time"));
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case Screened _, Arrival _, FromClient _, FromUpstream _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private Step judged(Known.JudgedPlain judged, Load load) {
        return switch (judged.pinned().decision().action()) {
            case SPLICE -> PlainConnecting.enter(judged, others, RelayMode.OPAQUE, Reason.RULE);
            case BLOCK -> Blocking.enter(judged, Reason.RULE, Optional.empty());
            case INSPECT -> inspect(judged, load);
        };
    }

    private Step inspect(Known.JudgedPlain judged, Load load) {
        if (judged.pinned().suspension().isPresent()) {
            // Unjudged: nothing looks into requests either.
            return PlainConnecting.enter(judged, others, RelayMode.OPAQUE, Reason.EMERGENCY);
        }
        return switch (load) {
            case ADMITS -> PlainConnecting.enter(judged, others, RelayMode.HTTP1, Reason.RULE);
            case EXHAUSTED -> exhausted(judged);
        };
    }

    private Step exhausted(Known.JudgedPlain judged) {
        FailureAction action = judged.pinned().decision().on().of(Failure.OVERLOAD);
        return switch (action) {
            case SPLICE -> PlainConnecting.enter(judged, others, RelayMode.OPAQUE, Reason.OVERLOAD);
            case BLOCK, MIRROR_UNTRUSTED, INSPECT ->
                    Blocking.enter(
                            judged,
                            Reason.OVERLOAD,
                            Optional.of("as many connections are inspected as may be"));
        };
    }
}
