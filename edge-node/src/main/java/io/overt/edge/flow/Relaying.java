package io.overt.edge.flow;

import io.overt.edge.exclusion.RefusalKind;
import io.overt.edge.exclusion.Testimony.Accepted;
import io.overt.edge.exclusion.Testimony.Refused;
import io.overt.edge.flow.Command.CloseStyle;
import io.overt.edge.flow.Command.Relay;
import io.overt.edge.flow.Command.RelayMode;
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
import io.overt.edge.flow.Event.RelayEnd;
import io.overt.edge.flow.Event.RelayEnded;
import io.overt.edge.flow.Event.ShellFailed;
import io.overt.edge.flow.Known.TlsSession;
import java.util.Optional;

/** Inspected bytes flow, outside the machine. */
record Relaying(Known.Mirrored known, TlsSession client, RelayMode mode) implements State {

    static Step enter(Known.Mirrored known, TlsSession client) {
        var mode = modeFor(known.examined().met().session().tls().alpn());
        return Step.to(
                new Relaying(known, client, mode),
                new StartDeadline(Stage.RELAYING),
                new Relay(mode));
    }

    /** HTTP/2 and whatever else was agreed on is not read yet. */
    private static RelayMode modeFor(Optional<String> alpn) {
        return alpn.map(
                        protocol ->
                                protocol.equals("http/1.1") || protocol.equals("http/1.0")
                                        ? RelayMode.HTTP1
                                        : RelayMode.OPAQUE)
                .orElse(RelayMode.BY_FIRST_BYTES);
    }

    @Override
    public Stage stage() {
        return Stage.RELAYING;
    }

    @Override
    public Optional<Fate> fate() {
        return Optional.of(Exit.fate(known));
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case RelayEnded(var how) -> ended(how);
            // A TLS 1.3 client finishes first and looks at the certificate then.
            case LeafRefused(var alert) ->
                    leaving(Ending.CLIENT_REFUSED_LEAF)
                            .because("client sent " + alert.text())
                            .close(CloseStyle.GRACEFUL)
                            .testifying(known, new Refused(RefusalKind.LATE_ALERT));
            case ClientSpoke() -> Step.stay(this).testifying(known, new Accepted());
            case ClientLeft() -> leaving(Ending.CLIENT_LEFT).close(CloseStyle.GRACEFUL);
            case DeadlinePassed(var stage) when stage == stage() ->
                    leaving(Ending.TIMED_OUT)
                            .because("nothing moved for too long")
                            .close(CloseStyle.GRACEFUL);
            case DeadlinePassed _ -> Step.stay(this);
            case DrainEnded() -> leaving(Ending.DRAINED).close(CloseStyle.GRACEFUL);
            case ShellFailed(var detail) ->
                    leaving(Ending.INTERNAL).because(detail).close(CloseStyle.RESET);
            case ClientEnded _,
                    ClientHandshaken _,
                    ClientHandshakeFailed _,
                    HelloBegun _,
                    HelloRead _,
                    HelloUnread _,
                    RefusalSent _,
                    FromUpstream _,
                    Arrival _,
                    Judgement _,
                    FromForge _ ->
                    Step.stay(this);
        };
    }

    private Step ended(RelayEnd how) {
        return switch (how) {
            case COMPLETE, HANDED_BACK -> leaving(Ending.COMPLETE).close(CloseStyle.GRACEFUL);
            case CLIENT_SAID_NOTHING ->
                    leaving(Ending.CLIENT_SAID_NOTHING).close(CloseStyle.GRACEFUL);
            case CLIENT_HUNG_UP ->
                    leaving(Ending.CLIENT_SAID_NOTHING)
                            .close(CloseStyle.GRACEFUL)
                            .testifying(known, new Refused(RefusalKind.SILENT_CLOSE));
            case CLIENT_RESET -> leaving(Ending.CLIENT_RESET).close(CloseStyle.RESET);
            case CLIENT_RESET_AT_ONCE ->
                    leaving(Ending.CLIENT_RESET)
                            .close(CloseStyle.RESET)
                            .testifying(known, new Refused(RefusalKind.SILENT_RESET));
            case UPSTREAM_RESET -> leaving(Ending.UPSTREAM_RESET).close(CloseStyle.RESET);
            case CERTIFICATE_REQUIRED ->
                    leaving(Ending.CERTIFICATE_REQUIRED)
                            .because("upstream insists on a client certificate")
                            .close(CloseStyle.RESET)
                            .after(
                                    ClientCertificates.remember(
                                            known.examined().met().judged(),
                                            CertificateHabit.INSISTS));
        };
    }

    private Exit.Leaving leaving(Ending ending) {
        return Exit.mirrored(this, known).relayed(client, mode).ending(ending);
    }
}
