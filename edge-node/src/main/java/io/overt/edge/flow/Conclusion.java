package io.overt.edge.flow;

import io.overt.edge.flow.Known.TlsSession;
import java.util.List;
import java.util.Optional;

/**
 * What is to be recorded of a connection. Made only by {@link Exit}.
 *
 * @param known all that was learned
 * @param outcome what the client got
 * @param reason why it got that
 * @param ending how it ended
 * @param detail what went wrong, for people; one line
 * @param client TLS with the client, if it came to that
 * @param relay what looked into the decrypted bytes, if there were any
 * @param last the stage that it ended in
 */
public record Conclusion(
        Known known,
        Outcome outcome,
        Reason reason,
        Ending ending,
        Optional<String> detail,
        Optional<TlsSession> client,
        Optional<Command.RelayMode> relay,
        Stage last) {
    public Conclusion {
        if (!reason.outcomes().contains(outcome)) {
            throw new IllegalArgumentException(
                    "outcome "
                            + outcome
                            + " for "
                            + reason
                            + " (expected: "
                            + reason.outcomes()
                            + ")");
        }
    }

    /** In what the upstream's leg was weaker than the client's; empty where there were not both. */
    public Optional<List<LegComparison.Aspect>> weaker() {
        return client.flatMap(
                leg -> known.meeting().map(met -> LegComparison.weaker(met.session(), leg)));
    }
}
