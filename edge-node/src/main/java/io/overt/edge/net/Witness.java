package io.overt.edge.net;

import io.overt.edge.exclusion.Client;
import io.overt.edge.exclusion.Exclusion;
import io.overt.edge.exclusion.Exclusions;
import io.overt.edge.exclusion.Testimony;
import io.overt.edge.flow.Known.Heard;
import io.overt.edge.flow.Known.Mirrored;
import io.overt.policy.Action;
import io.overt.policy.Decision;
import io.overt.policy.HostName;
import java.time.Instant;
import java.util.Optional;

/**
 * Between a connection and the exclusions: says whom and what it is about. Confined to the event
 * loop.
 */
final class Witness {
    private final Exclusions exclusions;

    Witness(Exclusions exclusions) {
        this.exclusions = exclusions;
    }

    /** What there is to know for this decision; nothing where the rule does not ask. */
    Optional<Exclusion> exclusion(Heard heard, Decision decision) {
        return decision.action() == Action.INSPECT
                ? decision.on()
                        .pinned()
                        .flatMap(asked -> exclusions.of(host(heard), client(heard), asked))
                : Optional.empty();
    }

    /**
     * The client has shown something.
     *
     * @param began when the connection was accepted
     */
    void testify(Mirrored known, Testimony testimony, Instant began) {
        var judged = known.examined().met().judged();
        exclusions.hear(
                host(judged.heard()),
                client(judged.heard()),
                testimony,
                judged.pinned().decision().on().pinned(),
                began);
    }

    /** What the client's certificate had to be for: the server name, or else the address. */
    private static String host(Heard heard) {
        return heard.hello()
                .serverName()
                .flatMap(HostName::parse)
                .map(HostName::value)
                .orElseGet(() -> Client.of(heard.arrived().to().address().getAddress()).address());
    }

    private static Client client(Heard heard) {
        return Client.of(heard.arrived().accepted().client().getAddress());
    }
}
