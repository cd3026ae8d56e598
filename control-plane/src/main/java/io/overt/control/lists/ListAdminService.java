package io.overt.control.lists;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.overt.control.store.ListStore;
import io.overt.policy.DeclaredList;
import io.overt.policy.DeclaredList.Source.Fetched;
import io.overt.policy.DeclaredList.Source.OfFile;
import io.overt.proto.control.v1.ListAdminGrpc;
import io.overt.proto.control.v1.ListSource;
import io.overt.proto.control.v1.ListSourcesRequest;
import io.overt.proto.control.v1.ListSourcesResponse;
import io.overt.proto.control.v1.RefreshSourceRequest;
import io.overt.proto.control.v1.RefreshSourceResponse;
import io.overt.proto.policy.v1.ListDigest;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The operators' view of lists. */
public final class ListAdminService extends ListAdminGrpc.ListAdminImplBase {
    private final Supplier<List<DeclaredList>> declared;
    private final Supplier<List<ListDigest>> named;
    private final ListSources sources;
    private final ListSchedule schedule;
    private final LongSupplier republish;

    /**
     * @param declared the lists of the newest version
     * @param named those of them that it names in their compiled form
     * @param republish publishes because a list has changed, and says as which version
     */
    public ListAdminService(
            Supplier<List<DeclaredList>> declared,
            Supplier<List<ListDigest>> named,
            ListSources sources,
            ListSchedule schedule,
            LongSupplier republish) {
        this.declared = declared;
        this.named = named;
        this.sources = sources;
        this.schedule = schedule;
        this.republish = republish;
    }

    @Override
    public void listSources(
            ListSourcesRequest request, StreamObserver<ListSourcesResponse> observer) {
        observer.onNext(
                ListSourcesResponse.newBuilder()
                        .addAllLists(
                                declared.get().stream()
                                        .sorted(Comparator.comparing(DeclaredList::name))
                                        .map(this::source)
                                        .toList())
                        .build());
        observer.onCompleted();
    }

    @Override
    public void refreshSource(
            RefreshSourceRequest request, StreamObserver<RefreshSourceResponse> observer) {
        var list =
                declared.get().stream()
                        .filter(each -> each.name().equals(request.getName()))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        Status.NOT_FOUND
                                                .withDescription(
                                                        "the newest version has no list "
                                                                + request.getName())
                                                .asRuntimeException());
        if (!(list.source() instanceof Fetched from)) {
            throw Status.FAILED_PRECONDITION
                    .withDescription(
                            "list "
                                    + list.name()
                                    + " is a file of the policy, which is not fetched")
                    .asRuntimeException();
        }
        boolean changed = schedule.look(list, from) instanceof ListSources.Look.Changed;
        long version = changed ? republish.getAsLong() : 0;
        observer.onNext(
                RefreshSourceResponse.newBuilder()
                        .setList(source(list))
                        .setVersion(version)
                        .setChanged(changed)
                        .build());
        observer.onCompleted();
    }

    private ListSource source(DeclaredList list) {
        var shown = ListSource.newBuilder().setName(list.name());
        named.get().stream()
                .filter(each -> each.getName().equals(list.name()))
                .findFirst()
                .ifPresent(
                        each ->
                                shown.setRoot(each.getRoot())
                                        .setNames(each.getNames())
                                        .setSize(each.getSize()));
        switch (list.source()) {
            case OfFile(String path) -> shown.setPath(path);
            case Fetched from -> {
                shown.setUrl(from.url()).setNext(timestamp(schedule.next(list, from)));
                sources.state(list, from).ifPresent(state -> add(shown, state));
            }
        }
        return shown.build();
    }

    private static void add(ListSource.Builder shown, ListStore.Source state) {
        shown.setChecked(timestamp(state.checked()))
                .setProblem(state.problem())
                .setFailures((int) state.failures());
        state.good()
                .ifPresent(
                        good ->
                                shown.setRoot(ByteString.copyFrom(good.root().octets()))
                                        .setNames(good.names())
                                        .setSize(good.octets())
                                        .setFetched(timestamp(good.fetched())));
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }
}
