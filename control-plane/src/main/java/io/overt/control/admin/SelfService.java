package io.overt.control.admin;

import io.grpc.stub.StreamObserver;
import io.overt.control.access.Principal;
import io.overt.control.access.Reach;
import io.overt.proto.control.v1.GetSelfRequest;
import io.overt.proto.control.v1.HeldRole;
import io.overt.proto.control.v1.SelfGrpc;
import io.overt.proto.control.v1.SelfState;

/** Tells callers who they are. */
public final class SelfService extends SelfGrpc.SelfImplBase {

    @Override
    public void getSelf(GetSelfRequest request, StreamObserver<SelfState> observer) {
        var caller = Principal.current();
        var self =
                SelfState.newBuilder()
                        .setName(caller.name())
                        .setShown(caller.shown())
                        .setHow(caller.how().text());
        caller.roles().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .forEach(
                        each -> {
                            var held = HeldRole.newBuilder().setRole(each.getKey().wire());
                            switch (each.getValue()) {
                                case Reach.Fleet _ -> {}
                                case Reach.Sites(var sites) ->
                                        held.addAllSites(sites.stream().sorted().toList());
                            }
                            self.addRoles(held);
                        });
        observer.onNext(self.build());
        observer.onCompleted();
    }
}
