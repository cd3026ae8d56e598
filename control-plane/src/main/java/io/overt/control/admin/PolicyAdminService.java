package io.overt.control.admin;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.overt.control.edges.EdgeFleet;
import io.overt.control.publish.PolicyPublisher;
import io.overt.control.publish.Publication;
import io.overt.control.publish.SubmittedFiles;
import io.overt.control.rollout.RolloutDesk;
import io.overt.control.store.PolicyStore;
import io.overt.policy.Compilation;
import io.overt.proto.control.v1.CheckRequest;
import io.overt.proto.control.v1.CheckResponse;
import io.overt.proto.control.v1.ListEdgesRequest;
import io.overt.proto.control.v1.ListEdgesResponse;
import io.overt.proto.control.v1.ListVersionsRequest;
import io.overt.proto.control.v1.ListVersionsResponse;
import io.overt.proto.control.v1.PolicyAdminGrpc;
import io.overt.proto.control.v1.PublishOutcome;
import io.overt.proto.control.v1.PublishRequest;
import io.overt.proto.control.v1.PublishResponse;
import io.overt.service.identity.CallerIdentity;
import io.overt.service.identity.RefusalTrailer;
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
        var caller = CallerIdentity.current();
        try {
            var publication = publisher.publish(request.getFilesList(), caller);
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
                                        .setRollout(rollouts.publishedAgain(version, caller.uri()))
                                        .addAllWarnings(WireProblems.of(warnings));
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
        int limit =
                request.getLimit() == 0
                        ? 50
                        : Math.clamp(Integer.toUnsignedLong(request.getLimit()), 1, MAX_LIST);
        var response = ListVersionsResponse.newBuilder();
        store.list(limit).forEach(summary -> response.addVersions(WireVersions.of(summary)));
        observer.onNext(response.build());
        observer.onCompleted();
    }

    @Override
    public void listEdges(ListEdgesRequest request, StreamObserver<ListEdgesResponse> observer) {
        var response = ListEdgesResponse.newBuilder();
        fleet.edges().forEach(view -> response.addEdges(WireVersions.of(view)));
        observer.onNext(response.build());
        observer.onCompleted();
    }

    private static StatusRuntimeException refused(SubmittedFiles.RefusedException e) {
        return RefusalTrailer.exception(
                Status.INVALID_ARGUMENT.withDescription(e.getMessage()), e.refusal());
    }

    private static final int MAX_LIST = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(PolicyAdminService.class);
}
