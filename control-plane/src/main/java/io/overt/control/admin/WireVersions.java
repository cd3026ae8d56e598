package io.overt.control.admin;

import io.overt.control.edges.EdgeFleet;
import io.overt.control.store.SignedVersion;
import io.overt.proto.control.v1.Edge;
import io.overt.proto.control.v1.Version;

/** Versions and edges as they travel. */
final class WireVersions {

    static Version of(SignedVersion.Summary summary) {
        return Version.newBuilder()
                .setVersion(summary.version())
                .setPolicy(summary.policy())
                .setPublished(RolloutAdminService.timestamp(summary.published()))
                .setPublisher(summary.publisher())
                .setManifestSha256(summary.manifestSha256())
                .build();
    }

    static Version of(SignedVersion version) {
        return of(
                new SignedVersion.Summary(
                        version.version(),
                        version.policy(),
                        version.published(),
                        version.publisher(),
                        version.manifestSha256()));
    }

    static Edge of(EdgeFleet.EdgeView view) {
        var state = view.state();
        return Edge.newBuilder()
                .setIdentity(state.identity().uri())
                .setConnected(view.link() == EdgeFleet.Link.CONNECTED)
                .setActiveVersion(state.activeVersion())
                .setRejectedVersion(state.rejectedVersion())
                .addAllProblems(state.problems())
                .setLastSeen(RolloutAdminService.timestamp(state.lastSeen()))
                .setBuild(state.build())
                .build();
    }

    private WireVersions() {}
}
