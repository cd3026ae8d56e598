package io.overt.edge.flow;

import io.overt.edge.exclusion.Testimony;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.VerifiedUpstream;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Commands in one line each, as playbooks write them. */
final class Transcript {

    private Transcript() {}

    static String of(Command command) {
        return switch (command) {
            case Command.FindDestination() -> "find destination";
            case Command.ReadConnectHead() -> "read connect head";
            case Command.Resolve(var target) -> "resolve " + target.host() + ":" + target.port();
            case Command.ReadProxyHeader() -> "read proxy header";
            case Command.Authenticate() -> "authenticate";
            case Command.DecidePlain _ -> "decide plain";
            case Command.ConnectPlain(var to) -> "connect plain " + Cast.text(to);
            case Command.Forward(var mode) -> "forward " + mode;
            case Command.Screen _ -> "screen";
            case Command.Reach(var first, var others) -> "reach " + either(first, others);
            case Command.ReachPlain(var first, var others) ->
                    "reach plain " + either(first, others);
            case Command.AcceptConnect() -> "accept connect";
            case Command.PeekHello() -> "peek hello";
            case Command.Decide _ -> "decide";
            case Command.DecideUnheard(var unheard) -> "decide without hello: " + unheard.fault();
            case Command.ConnectUpstream(var to) -> "connect " + Cast.text(to);
            case Command.HandshakeUpstream(var name, var offer) ->
                    "handshake upstream " + name.orElse("-") + " " + offer.alpn();
            case Command.Remember(var address, var name, var habit) ->
                    "remember " + name.orElse("-") + " at " + Cast.text(address) + " " + habit;
            case Command.VerifyUpstream(_, var name, var address) ->
                    "verify " + name.orElse(Cast.text(address));
            case Command.Forge(var upstream) ->
                    switch (upstream) {
                        case VerifiedUpstream _ -> "forge " + upstream.name().text();
                        case UntrustedUpstream _ -> "forge untrusted " + upstream.name().text();
                    };
            case Command.HandshakeClient(var alpn) -> "handshake client " + alpn.orElse("-");
            case Command.Relay(var mode) -> "relay " + mode;
            case Command.AbandonUpstream() -> "abandon upstream";
            case Command.DialRaw(var to) -> "dial raw " + Cast.text(to);
            case Command.Splice _ -> "splice";
            case Command.Refuse(var refusal) -> "refuse: " + of(refusal);
            case Command.StartDeadline(var stage) -> "deadline " + stage.text();
            case Command.Testify(Testimony.Accepted()) -> "testify accepted";
            case Command.Testify(Testimony.Refused(var kind)) -> "testify " + kind.text();
            case Command.CloseAll(var style) -> "close " + style;
            case Command.Conclude(var conclusion) -> "record " + of(conclusion);
        };
    }

    private static String either(Known.Arrived first, List<Known.Arrived> others) {
        return Stream.concat(Stream.of(first), others.stream())
                .map(each -> Cast.text(each.to().address()))
                .collect(Collectors.joining(" or "));
    }

    private static String of(Refusal refusal) {
        return switch (refusal) {
            case Refusal.Alert(var alert) -> "alert " + alert.text();
            case Refusal.Reset() -> "reset";
            case Refusal.Fin() -> "fin";
            case Refusal.ConnectAnswer(var status, var error, var ruling) ->
                    status
                            + " "
                            + error
                            + ruling.flatMap(said -> said.decision().label())
                                    .map(text -> " \"" + text + "\"")
                                    .orElse("");
        };
    }

    private static String of(Conclusion conclusion) {
        return conclusion.outcome().text()
                + " because "
                + conclusion.reason().text()
                + ", "
                + conclusion.ending().text()
                + " in "
                + conclusion.last().text()
                + conclusion.detail().map(detail -> ": " + detail).orElse("")
                + conclusion.relay().map(mode -> " [" + mode + "]").orElse("");
    }

    static String of(Iterable<Command> commands) {
        return java.util.stream.StreamSupport.stream(commands.spliterator(), false)
                .map(Transcript::of)
                .collect(Collectors.joining("; "));
    }
}
