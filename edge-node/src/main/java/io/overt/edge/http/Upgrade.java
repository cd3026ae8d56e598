package io.overt.edge.http;

import java.util.List;
import java.util.Optional;

/** Leaving HTTP by 101 (Switching Protocols), RFC 9110 §7.8. */
final class Upgrade {

    private Upgrade() {}

    static Optional<Flaw> objectionTo(
            RequestHead request, BodyScanner sent, ResponseHead response) {
        var protocols = response.upgrades();
        var isAsked = !protocols.isEmpty() && request.upgrades().containsAll(protocols);
        if (isAsked && sent.isComplete() && protocols.stream().noneMatch(Upgrade::isHttpAgain)) {
            return Optional.empty();
        }
        var detail =
                "101 to %s, asked for %s"
                        .formatted(
                                Flaw.quoted(protocols.toString()),
                                Flaw.quoted(request.upgrades().toString()));
        return Optional.of(new Flaw(Http1Fault.BAD_UPGRADE, detail));
    }

    /** Protocols that carry requests again: going over to them would be a way around every rule. */
    private static boolean isHttpAgain(String protocol) {
        var slash = protocol.indexOf('/');
        return List.of("h2c", "h2", "http", "tls")
                .contains(slash < 0 ? protocol : protocol.substring(0, slash));
    }
}
