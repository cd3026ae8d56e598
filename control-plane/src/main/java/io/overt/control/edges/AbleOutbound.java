package io.overt.control.edges;

import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.ListDigest;
import io.overt.proto.policy.v1.PolicyBundle;
import java.util.stream.Collectors;

/**
 * Leaves out of an offer what the edge fetches by itself: the text of lists that the manifest names
 * in their compiled form, where the edge says that it takes them so. An older edge gets all files,
 * and knows nothing of compiled lists.
 */
final class AbleOutbound implements EdgeSession.Outbound {
    private final EdgeSession.Outbound out;

    /** Written when the edge greets, which is before anything is offered to it. */
    private volatile boolean fetchesLists;

    AbleOutbound(EdgeSession.Outbound out) {
        this.out = out;
    }

    /** The edge says what it knows; before the session hears it. */
    void hear(EdgeMessage message) {
        if (message.hasHello()) {
            fetchesLists =
                    message.getHello().getAbilitiesList().contains(EdgeAbility.EDGE_ABILITY_LISTS);
        }
    }

    @Override
    public boolean isReady() {
        return out.isReady();
    }

    @Override
    public void send(ControlMessage message) {
        out.send(
                fetchesLists && message.hasOffer() && message.getOffer().hasBundle()
                        ? message.toBuilder()
                                .setOffer(
                                        message.getOffer().toBuilder()
                                                .setBundle(
                                                        withoutTexts(
                                                                message.getOffer().getBundle())))
                                .build()
                        : message);
    }

    private static PolicyBundle withoutTexts(PolicyBundle bundle) {
        try {
            var compiled =
                    BundleManifest.parseFrom(bundle.getManifest()).getListsList().stream()
                            .map(ListDigest::getPath)
                            .collect(Collectors.toSet());
            return bundle.getFilesList().stream()
                            .noneMatch(file -> compiled.contains(file.getPath()))
                    ? bundle
                    : bundle.toBuilder()
                            .clearFiles()
                            .addAllFiles(
                                    bundle.getFilesList().stream()
                                            .filter(file -> !compiled.contains(file.getPath()))
                                            .toList())
                            .build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a version without a manifest", e);
        }
    }

    @Override
    public void fail(String reason) {
        out.fail(reason);
    }

    @Override
    public void replaced() {
        out.replaced();
    }

    @Override
    public void goAway() {
        out.goAway();
    }
}
