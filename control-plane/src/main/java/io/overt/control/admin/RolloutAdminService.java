package io.overt.control.admin;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.overt.control.access.Principal;
import io.overt.control.rollout.ApprovalBook;
import io.overt.control.rollout.EmergencyDesk;
import io.overt.control.rollout.Event.Act;
import io.overt.control.rollout.RefusedException;
import io.overt.control.rollout.Rollouts;
import io.overt.proto.control.v1.AbortRolloutRequest;
import io.overt.proto.control.v1.ApproveRequest;
import io.overt.proto.control.v1.ApproveResponse;
import io.overt.proto.control.v1.Emergency;
import io.overt.proto.control.v1.FetchVersionRequest;
import io.overt.proto.control.v1.FetchVersionResponse;
import io.overt.proto.control.v1.GetRolloutRequest;
import io.overt.proto.control.v1.GetStatementRequest;
import io.overt.proto.control.v1.GetStatementResponse;
import io.overt.proto.control.v1.LiftEmergencyRequest;
import io.overt.proto.control.v1.ListApprovalsRequest;
import io.overt.proto.control.v1.ListApprovalsResponse;
import io.overt.proto.control.v1.ListEmergenciesRequest;
import io.overt.proto.control.v1.ListEmergenciesResponse;
import io.overt.proto.control.v1.ListRolloutsRequest;
import io.overt.proto.control.v1.ListRolloutsResponse;
import io.overt.proto.control.v1.ListSitesRequest;
import io.overt.proto.control.v1.ListSitesResponse;
import io.overt.proto.control.v1.OrderEmergencyRequest;
import io.overt.proto.control.v1.PauseRolloutRequest;
import io.overt.proto.control.v1.ResumeRolloutRequest;
import io.overt.proto.control.v1.RollBackRequest;
import io.overt.proto.control.v1.RolloutAdminGrpc;
import io.overt.proto.control.v1.RolloutState;
import io.overt.proto.control.v1.StartRolloutRequest;
import io.overt.proto.control.v1.StartRolloutResponse;
import io.overt.proto.control.v1.VersionApproval;
import io.overt.proto.control.v1.WatchRolloutRequest;
import io.overt.service.identity.RefusalTrailer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Rollouts, approvals and emergencies for people's tools. Runs on the virtual threads of calls. */
public final class RolloutAdminService extends RolloutAdminGrpc.RolloutAdminImplBase {
    private final Rollouts rollouts;
    private final EmergencyDesk emergencies;
    private final SiteViews sites;

    /** Serves these. */
    public RolloutAdminService(Rollouts rollouts, EmergencyDesk emergencies, SiteViews sites) {
        this.rollouts = rollouts;
        this.emergencies = emergencies;
        this.sites = sites;
    }

    /** What a call does; refused, or answered. */
    @FunctionalInterface
    private interface Call<T> {
        T run() throws RefusedException;
    }

    @Override
    public void fetchVersion(
            FetchVersionRequest request, StreamObserver<FetchVersionResponse> observer) {
        answer(
                observer,
                () -> {
                    var version = rollouts.views().require(request.getVersion());
                    return FetchVersionResponse.newBuilder()
                            .setVersion(WireVersions.of(version))
                            .addAllFiles(version.bundle().getFilesList())
                            .build();
                });
    }

    @Override
    public void startRollout(
            StartRolloutRequest request, StreamObserver<StartRolloutResponse> observer) {
        var caller = caller();
        answer(
                observer,
                () ->
                        StartRolloutResponse.newBuilder()
                                .setRollout(
                                        rollouts.desk()
                                                .start(
                                                        request.getVersion(),
                                                        request.hasPlan()
                                                                ? Optional.of(request.getPlan())
                                                                : Optional.empty(),
                                                        caller,
                                                        request.getReason()))
                                .build());
    }

    @Override
    public void getRollout(GetRolloutRequest request, StreamObserver<RolloutState> observer) {
        answer(observer, () -> rollouts.views().view(request.getId()));
    }

    @Override
    public void listRollouts(
            ListRolloutsRequest request, StreamObserver<ListRolloutsResponse> observer) {
        answer(
                observer,
                () -> {
                    int size =
                            request.getPageSize() == 0
                                    ? 20
                                    : Math.clamp(
                                            Integer.toUnsignedLong(request.getPageSize()),
                                            1,
                                            MOST_LISTED);
                    // One more tells whether there is another page.
                    var found = rollouts.views().list(below(request.getPageToken()), size + 1);
                    var response =
                            ListRolloutsResponse.newBuilder()
                                    .addAllRollouts(found.subList(0, Math.min(size, found.size())));
                    if (found.size() > size) {
                        response.setNextPageToken(Long.toString(found.get(size - 1).getId()));
                    }
                    return response.build();
                });
    }

    private static long below(String token) throws RefusedException {
        if (token.isEmpty()) {
            return Long.MAX_VALUE;
        }
        try {
            return Long.parseLong(token);
        } catch (NumberFormatException _) {
            throw RefusedException.malformed(
                    "page_token", "\"" + token + "\" (expected: what the page before said)");
        }
    }

    @Override
    public void watchRollout(WatchRolloutRequest request, StreamObserver<RolloutState> observer) {
        var stream = (ServerCallStreamObserver<RolloutState>) observer;
        try {
            var shown = rollouts.views().view(request.getId());
            stream.onNext(shown);
            long seen = 0;
            while (!over(shown) && !stream.isCancelled()) {
                seen = rollouts.course().awaitChange(seen, Duration.ofSeconds(1).toNanos());
                var now = rollouts.views().view(shown.getId());
                // Who reads slowly is told less often, not later and later.
                if (!now.equals(shown) && (stream.isReady() || over(now))) {
                    shown = now;
                    stream.onNext(shown);
                }
            }
            if (!stream.isCancelled()) {
                stream.onCompleted();
            }
        } catch (RefusedException e) {
            stream.onError(refused(e));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            stream.onError(
                    Status.UNAVAILABLE
                            .withDescription("this control plane goes away")
                            .asRuntimeException());
        }
    }

    private static boolean over(RolloutState rollout) {
        return switch (rollout.getPhase()) {
            case ROLLOUT_PHASE_ROLLED_BACK,
                    ROLLOUT_PHASE_ABORTED,
                    ROLLOUT_PHASE_COMPLETE,
                    ROLLOUT_PHASE_SUPERSEDED ->
                    true;
            case ROLLOUT_PHASE_UNSPECIFIED,
                    ROLLOUT_PHASE_AWAITING_APPROVAL,
                    ROLLOUT_PHASE_SCHEDULED,
                    ROLLOUT_PHASE_WAVE,
                    ROLLOUT_PHASE_BAKING,
                    ROLLOUT_PHASE_PAUSED,
                    ROLLOUT_PHASE_ROLLING_BACK,
                    UNRECOGNIZED ->
                    false;
        };
    }

    @Override
    public void pauseRollout(PauseRolloutRequest request, StreamObserver<RolloutState> observer) {
        ask(
                request.getId(),
                revision(request.hasIfRevision(), request.getIfRevision()),
                Act.PAUSE,
                request.getReason(),
                observer);
    }

    @Override
    public void resumeRollout(ResumeRolloutRequest request, StreamObserver<RolloutState> observer) {
        ask(
                request.getId(),
                revision(request.hasIfRevision(), request.getIfRevision()),
                Act.RESUME,
                request.getReason(),
                observer);
    }

    @Override
    public void abortRollout(AbortRolloutRequest request, StreamObserver<RolloutState> observer) {
        ask(
                request.getId(),
                revision(request.hasIfRevision(), request.getIfRevision()),
                Act.ABORT,
                request.getReason(),
                observer);
    }

    @Override
    public void rollBack(RollBackRequest request, StreamObserver<RolloutState> observer) {
        ask(
                request.getId(),
                revision(request.hasIfRevision(), request.getIfRevision()),
                Act.ROLL_BACK,
                request.getReason(),
                observer);
    }

    private void ask(
            long id,
            OptionalLong revision,
            Act act,
            String reason,
            StreamObserver<RolloutState> observer) {
        var caller = caller();
        answer(observer, () -> rollouts.desk().ask(id, revision, act, caller, reason));
    }

    private static OptionalLong revision(boolean given, long revision) {
        return given ? OptionalLong.of(revision) : OptionalLong.empty();
    }

    @Override
    public void approve(ApproveRequest request, StreamObserver<ApproveResponse> observer) {
        var caller = caller();
        answer(
                observer,
                () -> {
                    var name =
                            rollouts.desk()
                                    .approve(request.getVersion(), request.getSignature(), caller);
                    return ApproveResponse.newBuilder()
                            .setApprover(name)
                            .setApprovals(approvals(request.getVersion()))
                            .build();
                });
    }

    @Override
    public void listApprovals(
            ListApprovalsRequest request, StreamObserver<ListApprovalsResponse> observer) {
        answer(observer, () -> approvals(request.getVersion()));
    }

    private ListApprovalsResponse approvals(long version) throws RefusedException {
        var standing = rollouts.views().approvals(version);
        var response =
                ListApprovalsResponse.newBuilder()
                        .setVersion(rollouts.views().require(version).version())
                        .setNeeded(standing.needed())
                        .setCounted(standing.counted());
        standing.lines().forEach(line -> response.addApprovals(approval(line)));
        return response.build();
    }

    private static VersionApproval approval(ApprovalBook.Line line) {
        return VersionApproval.newBuilder()
                .setApprover(line.approver().orElse(""))
                .setAt(timestamp(line.kept().at()))
                .setBy(line.kept().handedInBy())
                .setDiscounted(line.discounted().orElse(""))
                .setSignature(line.kept().signature())
                .build();
    }

    @Override
    public void getStatement(
            GetStatementRequest request, StreamObserver<GetStatementResponse> observer) {
        answer(
                observer,
                () ->
                        GetStatementResponse.newBuilder()
                                .setVersion(
                                        rollouts.views().require(request.getVersion()).version())
                                .setStatement(
                                        ByteString.copyFrom(
                                                rollouts.views().statement(request.getVersion())))
                                .build());
    }

    @Override
    public void orderEmergency(OrderEmergencyRequest request, StreamObserver<Emergency> observer) {
        var caller = caller();
        answer(
                observer,
                () -> {
                    sites.require(request.getSite());
                    return sites.emergency(
                            emergencies.splice(
                                    request.getSite(),
                                    lasting(request),
                                    caller,
                                    request.getReason()));
                });
    }

    private static Duration lasting(OrderEmergencyRequest request) throws RefusedException {
        var lasting = request.getLasting();
        // What is more than a day is refused, however much more.
        if (lasting.getSeconds() < 0 || lasting.getSeconds() > MOST_SECONDS) {
            throw RefusedException.malformed(
                    "lasting",
                    lasting.getSeconds() + " seconds (expected: more than 0, at most 24 hours)");
        }
        return Duration.ofSeconds(lasting.getSeconds(), lasting.getNanos());
    }

    @Override
    public void liftEmergency(LiftEmergencyRequest request, StreamObserver<Emergency> observer) {
        var caller = caller();
        answer(
                observer,
                () ->
                        sites.emergency(
                                emergencies.lift(request.getSite(), caller, request.getReason())));
    }

    @Override
    public void listEmergencies(
            ListEmergenciesRequest request, StreamObserver<ListEmergenciesResponse> observer) {
        var caller = Principal.current();
        answer(
                observer,
                () -> {
                    int limit =
                            request.getLimit() == 0
                                    ? 50
                                    : Math.clamp(
                                            Integer.toUnsignedLong(request.getLimit()), 1, 500);
                    var response = ListEmergenciesResponse.newBuilder();
                    emergencies.list(request.getSite(), limit).stream()
                            .filter(kept -> caller.sees(kept.order().getSite()))
                            .forEach(
                                    kept -> response.addEmergencies(sites.emergency(kept.order())));
                    return response.build();
                });
    }

    @Override
    public void listSites(ListSitesRequest request, StreamObserver<ListSitesResponse> observer) {
        var caller = Principal.current();
        answer(
                observer,
                () -> {
                    var all = sites.list();
                    var seen = all.toBuilder().clearSites();
                    all.getSitesList().stream()
                            .filter(site -> caller.sees(site.getName()))
                            .forEach(seen::addSites);
                    return seen.build();
                });
    }

    private static <T> void answer(StreamObserver<T> observer, Call<T> call) {
        T response;
        try {
            response = call.run();
        } catch (RefusedException e) {
            observer.onError(refused(e));
            return;
        }
        observer.onNext(response);
        observer.onCompleted();
    }

    /** The one table from what a rollout refuses to a status. */
    private static StatusRuntimeException refused(RefusedException e) {
        var status =
                switch (e.kind()) {
                    case NOT_FOUND -> Status.NOT_FOUND;
                    case NOT_NOW, NOT_APPROVED -> Status.FAILED_PRECONDITION;
                    case CHANGED_SINCE -> Status.ABORTED;
                    case MALFORMED -> Status.INVALID_ARGUMENT;
                };
        return RefusalTrailer.exception(status.withDescription(e.getMessage()), e.refusal());
    }

    private static String caller() {
        return Principal.current().name();
    }

    static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    private static final int MOST_LISTED = 200;
    private static final long MOST_SECONDS = Duration.ofHours(24).toSeconds();
}
