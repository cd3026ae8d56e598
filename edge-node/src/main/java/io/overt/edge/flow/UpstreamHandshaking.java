package io.overt.edge.flow;

import io.overt.edge.flow.Command.HandshakeUpstream;
import io.overt.edge.flow.Command.StartDeadline;
import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.ClientCertificateWanted;
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

/** TLS with the upstream, with what the client asked for. */
record UpstreamHandshaking(Known.Judged known) implements State {

    static Step enter(Known.Judged known) {
        var hello = known.heard().hello();
        return Step.to(
                new UpstreamHandshaking(known),
                new StartDeadline(Stage.UPSTREAM_HANDSHAKE),
                new HandshakeUpstream(hello.serverName(), hello.alpn()));
    }

    @Override
    public Stage stage() {
        return Stage.UPSTREAM_HANDSHAKE;
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case UpstreamHandshaken(var session) -> Verifying.enter(new Known.Met(known, session));
            // Even where it is only "wanted" the upstream may treat who has none differently, and
            // the client may have one: only the client itself can answer.
            case ClientCertificateWanted() ->
                    Failing.because(
                            known, Reason.CLIENT_CERT, "upstream asks for a client certificate");
            case UpstreamHandshakeFailed(var alert, var detail) ->
                    Failing.because(known, Reason.HANDSHAKE_FAILED, detail, alert);
            case UpstreamLost(var detail) ->
                    Failing.because(known, Reason.HANDSHAKE_FAILED, detail);
            // What was shown is no chain that could even be read.
            case UpstreamUntrusted(var reasons, _) ->
                    Failing.because(known, Reason.UNTRUSTED, Verifying.oneLine(reasons));
            case DeadlinePassed(var stage) when stage == stage() ->
                    Failing.because(known, Reason.HANDSHAKE_FAILED, "not done in time");
            case ClientEnded() -> Exit.interrupted(this, new ClientLeft());
            case Interruption interruption -> Exit.interrupted(this, interruption);
            case FromUpstream _, Arrival _, Judgement _, FromClient _, FromForge _, RelayEnded _ ->
                    Step.stay(this);
        };
    }
}
