package io.overt.edge.flow;

import io.overt.edge.flow.Command.HandshakeUpstream;
import io.overt.edge.flow.Command.StartDeadline;
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
import io.overt.edge.flow.Event.UpstreamHandshakeFailed;
import io.overt.edge.flow.Event.UpstreamHandshaken;
import io.overt.edge.flow.Event.UpstreamLost;
import io.overt.edge.flow.Event.UpstreamUntrusted;
import io.overt.policy.FailureAction;
import java.util.Optional;

/** TLS with the upstream, with what the client asked for. */
record UpstreamHandshaking(Known.Judged known) implements State {

    static Step enter(Known.Judged known) {
        var hello = known.heard().hello();
        return Step.to(
                new UpstreamHandshaking(known),
                new StartDeadline(Stage.UPSTREAM_HANDSHAKE),
                new HandshakeUpstream(hello.serverName(), UpstreamOffer.of(hello)));
    }

    @Override
    public Stage stage() {
        return Stage.UPSTREAM_HANDSHAKE;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case UpstreamHandshaken(var session, var told) ->
                    met(new Known.Met(known, session), told);
            case UpstreamHandshakeFailed(var symptom, var detail, var certificate) ->
                    failed(symptom, detail, certificate);
            case UpstreamLost(var symptom, var detail) ->
                    failed(Optional.of(symptom), detail, CertificateRequest.NOT_ASKED);
            // What was shown is no chain that could even be read.
            case UpstreamUntrusted(var reasons, _) ->
                    Failing.because(known, Reason.UNTRUSTED, Verifying.oneLine(reasons));
            case DeadlinePassed(var stage) when stage == stage() ->
                    failed(
                            Optional.of(Symptom.Plain.SILENCE),
                            "not done in time",
                            CertificateRequest.NOT_ASKED);
            case ClientEnded() -> Exit.interrupted(this, new ClientLeft());
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case FromUpstream _, Arrival _, Judgement _, FromClient _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }

    /** What a client would not have agreed to comes before the question who it is. */
    private static Step met(Known.Met met, Optional<CertificateHabit> told) {
        var asked =
                switch (met.session().certificate()) {
                    case ASKED -> ClientCertificates.asked(met, told);
                    case NOT_ASKED -> Optional.<Step>empty();
                };
        return asked.or(() -> notOffered(met)).or(() -> weaker(met)).orElseGet(() -> accepted(met));
    }

    private static Optional<Step> notOffered(Known.Met met) {
        var found = Unoffered.by(met.judged().heard().hello(), met.session()).findings();
        return found.isEmpty() || Failing.action(met, Reason.NOT_OFFERED) == FailureAction.INSPECT
                ? Optional.empty()
                : Optional.of(Failing.because(met, Reason.NOT_OFFERED, String.join(", ", found)));
    }

    /** The last chance to splice: once our ServerHello is out the client has the stronger leg. */
    private static Optional<Step> weaker(Known.Met met) {
        var found = LegComparison.foreseen(met.judged().heard().hello(), met.session());
        if (!found.isEmpty() && Failing.action(met, Reason.WEAKER) != FailureAction.INSPECT) {
            return Optional.of(Failing.because(met, Reason.WEAKER, String.join(", ", found)));
        }
        if (PostQuantum.of(met) == PostQuantum.LOST
                && Failing.action(met, Reason.POST_QUANTUM_LOST) != FailureAction.INSPECT) {
            var group = met.session().tls().group().orElse("unknown");
            return Optional.of(Failing.because(met, Reason.POST_QUANTUM_LOST, "group " + group));
        }
        return Optional.empty();
    }

    private static Step accepted(Known.Met met) {
        var verifying = Verifying.enter(met);
        return switch (met.session().certificate()) {
            case ASKED ->
                    verifying.after(
                            ClientCertificates.remember(met.judged(), CertificateHabit.ASKS));
            case NOT_ASKED -> verifying;
        };
    }

    private Step failed(Optional<Symptom> symptom, String detail, CertificateRequest certificate) {
        return switch (certificate) {
            case NOT_ASKED -> Failing.because(known, Reason.HANDSHAKE_FAILED, detail, symptom);
            case ASKED -> ClientCertificates.insists(known, known, symptom, detail);
        };
    }
}
