package io.overt.edge.record;

import io.overt.edge.flow.Conclusion;
import io.overt.edge.flow.Fate;
import io.overt.edge.flow.Known;
import io.overt.edge.flow.State;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Brings one connection into the figures of the version that decided it: once when it is decided,
 * once when it is certain what the client gets, which of a connection that lives is long before its
 * end, and once then. Confined to the connection's event loop.
 */
public final class Account {
    private final VersionFigures figures;
    private final Observations observations;
    private final Supplier<Optional<ShadowRuling>> shadow;
    private boolean decided;
    private boolean settled;

    /**
     * @param shadow what the version in shadow said, when the policy was asked
     */
    public Account(
            VersionFigures figures,
            Observations observations,
            Supplier<Optional<ShadowRuling>> shadow) {
        this.figures = figures;
        this.observations = observations;
        this.shadow = shadow;
    }

    /** The connection is in this state. */
    public void note(State state) {
        if (settled) {
            return;
        }
        var ruling = state.known().ruling();
        if (ruling.isEmpty()) {
            return;
        }
        long version = ruling.get().policyVersion();
        if (!decided) {
            decided = true;
            figures.decided(version);
        }
        state.fate()
                .ifPresent(
                        fate -> {
                            settled = true;
                            figures.settled(version, fate);
                            compare(fate, state.known());
                        });
    }

    private void compare(Fate fate, Known known) {
        var beside = shadow.get();
        if (beside.isEmpty()) {
            return;
        }
        beside.get()
                .under(fate)
                .ifPresent(
                        then -> {
                            var verdict =
                                    new ShadowVerdict(
                                            beside.get().version(),
                                            beside.get().decision().rule(),
                                            then,
                                            then == fate.outcome()
                                                    ? ShadowVerdict.Comparison.SAME
                                                    : ShadowVerdict.Comparison.DIFFERENT);
                            observations.shadow(verdict);
                            figures.compared(
                                    verdict,
                                    ConnectionRecord.Facts.of(known).subject(),
                                    fate.outcome());
                        });
    }

    /** The connection is over. */
    public void end(Conclusion conclusion) {
        conclusion
                .known()
                .ruling()
                .ifPresent(ruling -> figures.ended(ruling.policyVersion(), conclusion));
    }
}
