package io.overt.edge.policy;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.policy.list.CompiledList;
import io.overt.proto.control.v1.Offer;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.ListDigest;
import io.overt.proto.policy.v1.PolicyBundle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link ListsReachEdgeTest} cannot bring about: a fetch that a defect ends. */
class ListCourierTest {
    private static final BundleManifest MANIFEST =
            BundleManifest.newBuilder()
                    .setVersion(1)
                    .addLists(
                            ListDigest.newBuilder()
                                    .setName("malware")
                                    .setRoot(ByteString.copyFrom(new byte[32]))
                                    .setSize(1)
                                    .setNames(1)
                                    .setForm(CompiledList.FORM))
                    .build();

    @TempDir Path folder;

    @Test
    void the_same_offer_is_fetched_anew_after_a_fetch_that_a_defect_ended() throws Exception {
        var channel = new DefectiveChannel();
        var shelf = new ListShelf(folder, 1 << 20);
        var offer =
                Offer.newBuilder()
                        .setBundle(PolicyBundle.newBuilder().setManifest(MANIFEST.toByteString()))
                        .build();
        try (var courier =
                new ListCourier(
                        shelf,
                        new ListFetcher(
                                channel,
                                shelf,
                                ListShelfConfig.DEFAULTS,
                                new Random(1),
                                new ListMeters(new SimpleMeterRegistry())),
                        ListShelfConfig.DEFAULTS,
                        _ -> Optional.of(MANIFEST),
                        () -> 0,
                        _ -> List.of())) {
            courier.bring(offer, _ -> {});
            await().until(() -> channel.calls.get() == 1);

            await().until(
                            () -> {
                                courier.bring(offer, _ -> {});
                                return channel.calls.get() > 1;
                            });
        }
    }

    private static final class DefectiveChannel extends Channel {
        private final AtomicInteger calls = new AtomicInteger();

        @Override
        public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
            calls.incrementAndGet();
            throw new IllegalStateException("a defect");
        }

        @Override
        public String authority() {
            return "control.example";
        }
    }
}
