package io.overt.control.admin;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.overt.control.access.Principal;
import io.overt.control.edges.EdgeFleet;
import io.overt.control.publish.PolicyPublisher;
import io.overt.control.publish.Publication;
import io.overt.control.publish.SubmittedFiles;
import io.overt.control.rollout.RolloutDesk;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.SignedVersion;
import io.overt.policy.Compilation;
import io.overt.proto.control.v1.CheckRequest;
import io.overt.proto.control.v1.CheckResponse;
import io.overt.proto.control.v1.ForgetEdgeRequest;
import io.overt.proto.control.v1.ForgetEdgeResponse;
import io.overt.proto.control.v1.ListEdgesRequest;
import io.overt.proto.control.v1.ListEdgesResponse;
import io.overt.proto.control.v1.ListVersionsRequest;
import io.overt.proto.control.v1.ListVersionsResponse;
import io.overt.proto.control.v1.PolicyAdminGrpc;
import io.overt.proto.control.v1.PublishOutcome;
import io.overt.proto.control.v1.PublishRequest;
import io.overt.proto.control.v1.PublishResponse;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.RefusalTrailer;
import io.overt.service.identity.Role;
import java.util.Comparator;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operators' API. A policy with problems is an answer, not an error: only what cannot be
 * compiled at all is refused.
 */
public final class PolicyAdminService extends PolicyAdminGrpc.PolicyAdminImplBase {
    private final PolicyPublisher publisher;
    private final PolicyStore store;
    private final EdgeFleet fleet;
    private final RolloutDesk rollouts;

    /** Serves these. */
    public PolicyAdminService(
            PolicyPublisher publisher, PolicyStore store, EdgeFleet fleet, RolloutDesk rollouts) {
        this.rollouts = rollouts;
        this.publisher = publisher;
        this.store = store;
        this.fleet = fleet;
    }

    @Override
    public void publish(PublishRequest request, StreamObserver<PublishResponse> observer) {
        var caller = Principal.current();
        try {
            var publication =
                    publisher.publish(
                            request.getFilesList(),
                            caller.name(),
                            request.hasIfNewest()
                                    ? OptionalLong.of(request.getIfNewest())
                                    : OptionalLong.empty());
            var response =
                    switch (publication) {
                        case Publication.Published(var version, var warnings) -> {
                            LOG.atInfo()
                                    .addKeyValue("version", version.version())
                                    .addKeyValue("policy", version.policy())
                                    .addKeyValue("publisher", caller)
                                    .log("policy published");
                            yield PublishResponse.newBuilder()
                                    .setOutcome(PublishOutcome.PUBLISH_OUTCOME_PUBLISHED)
                                    .setVersion(version.version())
                                    .setRollout(rollouts.published(version))
                                    .addAllWarnings(WireProblems.of(warnings));
                        }
                        case Publication.Unchanged(var version, var warnings) ->
                                PublishResponse.newBuilder()
                                        .setOutcome(PublishOutcome.PUBLISH_OUTCOME_UNCHANGED)
                                        .setVersion(version.version())
                                        .setRollout(rollouts.publishedAgain(version, caller.name()))
                                        .addAllWarnings(WireProblems.of(warnings));
                        case Publication.Stale(long newest) -> throw stale(request, newest);
                        case Publication.Rejected(var problems) -> {
                            LOG.atInfo()
                                    .addKeyValue("publisher", caller)
                                    .addKeyValue("problems", problems.size())
                                    .log("policy has problems, nothing published");
                            yield PublishResponse.newBuilder()
                                    .setOutcome(PublishOutcome.PUBLISH_OUTCOME_REJECTED)
                                    .addAllProblems(WireProblems.of(problems));
                        }
                    };
            observer.onNext(response.build());
            observer.onCompleted();
        } catch (SubmittedFiles.RefusedException e) {
            observer.onError(refused(e));
        }
    }

    @Override
    public void check(CheckRequest request, StreamObserver<CheckResponse> observer) {
        try {
            var response =
                    switch (publisher.check(request.getFilesList())) {
                        case Compilation.Compiled(_, var warnings) ->
                                CheckResponse.newBuilder()
                                        .addAllWarnings(WireProblems.of(warnings));
                        case Compilation.Rejected(var problems) ->
                                CheckResponse.newBuilder()
                                        .addAllProblems(WireProblems.of(problems));
                    };
            observer.onNext(response.build());
            observer.onCompleted();
        } catch (SubmittedFiles.RefusedException e) {
            observer.onError(refused(e));
        }
    }

    @Override
    public void listVersions(
            ListVersionsRequest request, StreamObserver<ListVersionsResponse> observer) {
        int asked = request.getPageSize() == 0 ? request.getLimit() : request.getPageSize();
        int limit = asked == 0 ? 50 : Math.clamp(Integer.toUnsignedLong(asked), 1, MAX_LIST);
        long before =
                PageToken.read(VERSIONS, request.getPageToken())
                        .map(PageToken::number)
                        .orElse(Long.MAX_VALUE);
        // One more than asked for says whether there is another page.
        var found = store.before(before, limit + 1);
        var response = ListVersionsResponse.newBuilder();
        found.stream().limit(limit).forEach(each -> response.addVersions(WireVersions.of(each)));
        if (found.size() > limit) {
            response.setNextPageToken(
                    PageToken.of(VERSIONS, String.valueOf(found.get(limit - 1).version())));
        }
        response.setNewest(
                store.list(1).stream().findFirst().map(SignedVersion.Summary::version).orElse(0L));
        observer.onNext(response.build());
        observer.onCompleted();
    }

    @Override
    public void listEdges(ListEdgesRequest request, StreamObserver<ListEdgesResponse> observer) {
        var response = ListEdgesResponse.newBuilder();
        var caller = Principal.current();
        var seen =
                fleet.edges().stream()
                        .filter(view -> caller.sees(view.state().identity().site()))
                        .sorted(Comparator.comparing(PolicyAdminService::key))
                        .toList();
        var page =
                PageToken.page(
                        EDGES,
                        seen,
                        PolicyAdminService::key,
                        Comparator.naturalOrder(),
                        request.getPageSize(),
                        request.getPageToken());
        page.things().forEach(view -> response.addEdges(WireVersions.of(view)));
        response.setNextPageToken(page.next());
        observer.onNext(response.build());
        observer.onCompleted();
    }

    @Override
    public void forgetEdge(ForgetEdgeRequest request, StreamObserver<ForgetEdgeResponse> observer) {
        FleetIdentity edge;
        try {
            edge = new FleetIdentity(request.getSite(), Role.EDGE, request.getName());
        } catch (IllegalArgumentException e) {
            observer.onError(
                    PolicyAuthorService.refused(
                            Status.INVALID_ARGUMENT,
                            RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST,
                            String.valueOf(e.getMessage())));
            return;
        }
        switch (fleet.forget(edge)) {
            case EdgeFleet.Forgetting.Forgotten(var last) -> {
                observer.onNext(
                        ForgetEdgeResponse.newBuilder().setEdge(WireVersions.of(last)).build());
                observer.onCompleted();
            }
            case EdgeFleet.Forgetting.Connected() ->
                    observer.onError(
                            PolicyAuthorService.refused(
                                    Status.FAILED_PRECONDITION,
                                    RefusalReason.REFUSAL_REASON_NOT_NOW,
                                    edge.uri() + " is connected (expected: an edge that is away)"));
            case EdgeFleet.Forgetting.Unknown() ->
                    observer.onError(
                            PolicyAuthorService.refused(
                                    Status.NOT_FOUND,
                                    RefusalReason.REFUSAL_REASON_NOT_FOUND,
                                    "nothing is known of " + edge.uri()));
        }
    }

    private static StatusRuntimeException stale(PublishRequest request, long newest) {
        var detail =
                "version "
                        + newest
                        + " is the newest (expected: "
                        + request.getIfNewest()
                        + ", which this is based on)";
        return RefusalTrailer.exception(
                Status.ABORTED.withDescription(detail),
                Refusal.newBuilder()
                        .setReason(RefusalReason.REFUSAL_REASON_CHANGED_SINCE)
                        .setSubject("if_newest")
                        .setDetail(detail)
                        .build());
    }

    private static StatusRuntimeException refused(SubmittedFiles.RefusedException e) {
        return RefusalTrailer.exception(
                Status.INVALID_ARGUMENT.withDescription(e.getMessage()), e.refusal());
    }

    private static String key(EdgeFleet.EdgeView view) {
        return view.state().identity().site() + "\n" + view.state().identity().name();
    }

    private static final String VERSIONS = "versions";
    private static final String EDGES = "edges";
    private static final int MAX_LIST = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(PolicyAdminService.class);
}
