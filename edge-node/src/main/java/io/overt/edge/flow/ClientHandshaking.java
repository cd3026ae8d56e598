package io.overt.edge.flow;

import io.overt.edge.exclusion.RefusalKind;
import io.overt.edge.exclusion.Testimony.Refused;
import io.overt.edge.flow.Command.CloseStyle;
import io.overt.edge.flow.Command.HandshakeClient;
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
import io.overt.edge.flow.Event.UpstreamLost;
import java.util.Optional;

/**
 * TLS with the client, our leaf shown. From here on nothing can be spliced: {@link Known.Mirrored}
 * is no {@link Known.Spliceable}. A client that refuses the leaf is evidence for an exclusion; its
 * connection is lost.
 */
record ClientHandshaking(Known.Mirrored known) implements State {

    static Step enter(Known.Mirrored known) {
        return Step.to(
                new ClientHandshaking(known),
                new StartDeadline(Stage.CLIENT_HANDSHAKE),
                new HandshakeClient(known.examined().met().session().tls().alpn()));
    }

    @Override
    public Stage stage() {
        return Stage.CLIENT_HANDSHAKE;
    }

    @Override
    public Optional<Fate> fate() {
        return Optional.of(Exit.fate(known));
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case ClientHandshaken(var session) -> Relaying.enter(known, session);
            case LeafRefused(var alert) ->
                    testifying(
                            RefusalKind.ALERT,
                            Ending.CLIENT_REFUSED_LEAF,
                            "client sent " + alert.text());
            case ClientHandshakeFailed(var alert, var detail) when isUnclear(alert) ->
                    testifying(RefusalKind.UNCLEAR_ALERT, Ending.CLIENT_HANDSHAKE_FAILED, detail);
            case ClientHandshakeFailed(_, var detail) ->
                    ending(Ending.CLIENT_HANDSHAKE_FAILED, detail);
            case ClientLeft() ->
                    testifying(
                            RefusalKind.HANDSHAKE_CLOSE,
                            Ending.CLIENT_LEFT,
                            "client closed in its handshake");
            case DeadlinePassed(var stage) when stage == stage() ->
                    ending(Ending.TIMED_OUT, "client's handshake was not done in time");
            case DeadlinePassed _ -> Step.stay(this);
            case DrainEnded() -> ending(Ending.DRAINED, "the edge stopped");
            case ShellFailed(var detail) -> ending(Ending.INTERNAL, detail);
            case UpstreamLost(_, var detail)
                    when known.examined().met().session().certificate()
                            == CertificateRequest.ASKED ->
                    Exit.mirrored(this, known)
                            .ending(Ending.CERTIFICATE_REQUIRED)
                            .because("upstream insists on a client certificate: " + detail)
                            .close(CloseStyle.RESET)
                            .after(
                                    ClientCertificates.remember(
                                            known.examined().met().judged(),
                                            CertificateHabit.INSISTS));
            // An upstream that closes meanwhile has said what it had to say: its bytes and its end
            // are waiting for the relay.
            case FromUpstream _,
                    HelloBegun _,
                    HelloRead _,
                    HelloUnread _,
                    ClientEnded _,
                    ClientSpoke _,
                    RefusalSent _,
                    Arrival _,
                    Judgement _,
                    FromForge _,
                    RelayEnded _ ->
                    Step.stay(this);
        };
    }

    private static boolean isUnclear(Optional<TlsAlert> alert) {
        return alert.map(TlsAlert::onCertificate)
                .filter(word -> word == TlsAlert.OnCertificate.UNCLEAR)
                .isPresent();
    }

    /** An ending that shows something about our certificate. */
    private Step testifying(RefusalKind kind, Ending ending, String detail) {
        return ending(ending, detail).testifying(known, new Refused(kind));
    }

    private Step ending(Ending ending, String detail) {
        return Exit.mirrored(this, known).ending(ending).because(detail).close(CloseStyle.GRACEFUL);
    }
}
