package io.overt.control.admin;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.overt.control.author.DryRun;
import io.overt.control.author.RecordLines;
import io.overt.control.publish.PolicyPublisher;
import io.overt.control.publish.SubmittedFiles;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.SignedVersion;
import io.overt.policy.Compilation;
import io.overt.policy.Policy;
import io.overt.policy.PolicyCompiler;
import io.overt.policy.PolicySource;
import io.overt.proto.control.v1.DryRunHost;
import io.overt.proto.control.v1.DryRunMove;
import io.overt.proto.control.v1.DryRunRequest;
import io.overt.proto.control.v1.DryRunResponse;
import io.overt.proto.control.v1.PolicyAuthorGrpc;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.RefusalTrailer;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * What authors ask of a policy before they publish it. Records are somebody's browsing: they are
 * read in memory, and nothing of them is kept or logged.
 */
public final class PolicyAuthorService extends PolicyAuthorGrpc.PolicyAuthorImplBase {
    private final PolicyPublisher publisher;
    private final PolicyStore store;

    /** Asks these. */
    public PolicyAuthorService(PolicyPublisher publisher, PolicyStore store) {
        this.publisher = publisher;
        this.store = store;
    }

    @Override
    public void dryRun(DryRunRequest request, StreamObserver<DryRunResponse> observer) {
        var before = published(request.getAgainst());
        if (before.isEmpty()) {
            observer.onError(
                    refused(
                            Status.NOT_FOUND,
                            RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST,
                            request.getAgainst() == 0
                                    ? "nothing is published yet (expected: a version to compare with)"
                                    : "version " + request.getAgainst() + " is not published"));
            return;
        }
        try {
            var response =
                    switch (publisher.check(request.getFilesList())) {
                        case Compilation.Rejected(var problems) ->
                                DryRunResponse.newBuilder()
                                        .addAllProblems(WireProblems.of(problems));
                        case Compilation.Compiled(var after, _) ->
                                run(compiled(before.get()), after, request);
                    };
            observer.onNext(response.setAgainst(before.get().version()).build());
            observer.onCompleted();
        } catch (SubmittedFiles.RefusedException e) {
            observer.onError(
                    RefusalTrailer.exception(
                            Status.INVALID_ARGUMENT.withDescription(e.getMessage()), e.refusal()));
        }
    }

    private Optional<SignedVersion> published(long version) {
        return version == 0 ? store.newest() : store.find(version);
    }

    /** What was published compiled when it was. */
    private static Policy compiled(SignedVersion version) {
        var contents = new LinkedHashMap<String, byte[]>();
        version.bundle()
                .getFilesList()
                .forEach(file -> contents.put(file.getPath(), file.getContent().toByteArray()));
        return switch (PolicyCompiler.compile(new PolicySource(contents))) {
            case Compilation.Compiled(var policy, _) -> policy;
            case Compilation.Rejected(var problems) ->
                    throw new IllegalStateException(
                            "published version " + version.version() + ": " + problems);
        };
    }

    private static DryRunResponse.Builder run(Policy before, Policy after, DryRunRequest request) {
        var run = new DryRun(before, after, MOST_GROUPS);
        RecordLines.feed(request.getRecords().toByteArray(), run);
        var report = run.report();
        int limit = request.getLimit() == 0 ? 200 : Math.clamp(request.getLimit(), 1, MOST_HOSTS);
        var shown = report.changes().stream().limit(limit).toList();
        var response =
                DryRunResponse.newBuilder()
                        .setLines(report.lines())
                        .setUnreadable(report.unreadable())
                        .setNeverAsked(report.neverAsked())
                        .setDecided(report.decided())
                        .setChanged(report.changed())
                        .setOtherRule(report.otherRule())
                        .setNotAsRecorded(report.notAsRecorded())
                        .setUncertain(
                                report.uncertain().values().stream()
                                        .mapToLong(Long::longValue)
                                        .sum())
                        .setMoreHosts(report.changes().size() - shown.size());
        report.moves().forEach(each -> response.addMoves(move(each.what(), each.records())));
        shown.forEach(
                each ->
                        response.addHosts(
                                DryRunHost.newBuilder()
                                        .setHost(each.what().host())
                                        .setMove(move(each.what().move(), each.records()))));
        report.firstBad()
                .forEach(
                        bad ->
                                response.addFirstUnreadable(
                                        "line " + bad.line() + ": " + bad.why()));
        return response;
    }

    private static DryRunMove move(DryRun.Move move, long records) {
        return DryRunMove.newBuilder()
                .setOldRule(move.before().rule())
                .setOldOutcome(move.before().outcome())
                .setNewRule(move.after().rule())
                .setNewOutcome(move.after().outcome())
                .setRecords(records)
                .build();
    }

    static StatusRuntimeException refused(Status status, RefusalReason reason, String detail) {
        return RefusalTrailer.exception(
                status.withDescription(detail),
                Refusal.newBuilder().setReason(reason).setDetail(detail).build());
    }

    /** About 300 bytes each. */
    private static final int MOST_GROUPS = 20_000;

    private static final int MOST_HOSTS = 2_000;
}
