package io.overt.control.rollout;

import io.overt.control.store.PolicyStore;
import io.overt.control.store.RolloutStore;
import io.overt.control.store.SignedVersion;
import io.overt.proto.control.v1.RolloutState;
import java.util.List;
import java.util.function.LongSupplier;

/** What people are shown of rollouts, versions and approvals. Thread-safe; blocking. */
public final class RolloutViews {
    private final RolloutCourse course;
    private final RolloutStore store;
    private final PolicyStore versions;
    private final ApprovalBook approvals;
    private final LongSupplier highest;

    RolloutViews(
            RolloutCourse course,
            RolloutStore store,
            PolicyStore versions,
            ApprovalBook approvals,
            LongSupplier highest) {
        this.course = course;
        this.store = store;
        this.versions = versions;
        this.approvals = approvals;
        this.highest = highest;
    }

    /** Who has approved a version. */
    public ApprovalBook.Standing approvals(long number) throws RefusedException {
        return approvals.of(require(number));
    }

    /** What people sign who approve it. */
    public byte[] statement(long number) throws RefusedException {
        return ApprovalBook.statement(require(number));
    }

    /** A published version; 0 for the newest. */
    public SignedVersion require(long number) throws RefusedException {
        return versions.find(number == 0 ? highest.getAsLong() : number)
                .orElseThrow(
                        () ->
                                RefusedException.notFound(
                                        "version " + number,
                                        "there is no version " + Long.toUnsignedString(number)));
    }

    /** One; 0 for the newest. */
    public RolloutState view(long id) throws RefusedException {
        return course.inTurn(
                () -> {
                    var newest = course.current().orElseThrow(RolloutViews::none);
                    if (id == 0 || id == newest.state().rollout().id()) {
                        return shown(newest);
                    }
                    return store.find(id)
                            .map(Ledger::replay)
                            .map(RolloutMessages::past)
                            .orElseThrow(() -> unknown(id));
                });
    }

    /** The newest first, those with a number below. */
    public List<RolloutState> list(long below, int limit) {
        return store.list(below, limit).stream()
                .map(Ledger::replay)
                .map(RolloutMessages::past)
                .map(each -> each.toBuilder().clearHistory().build())
                .toList();
    }

    private RolloutState shown(Ledger ledger) {
        var state = ledger.state();
        int counted =
                versions.find(state.rollout().version())
                        .map(version -> approvals.of(version).counted())
                        .orElse(0);
        return state.phase().over()
                ? RolloutMessages.past(ledger).toBuilder().setApprovals(counted).build()
                : RolloutMessages.running(ledger, course.edges(), counted);
    }

    static RefusedException unknown(long id) {
        return RefusedException.notFound("rollout " + id, "there is no rollout " + id);
    }

    static RefusedException none() {
        return RefusedException.notFound("rollout", "there is no rollout yet");
    }
}
