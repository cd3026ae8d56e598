package io.overt.control.edges;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.Hello;
import io.overt.proto.control.v1.Offer;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.ListDigest;
import io.overt.proto.policy.v1.PolicyBundle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AbleOutboundTest {
    private static final PolicyBundle BUNDLE =
            PolicyBundle.newBuilder()
                    .setManifest(
                            BundleManifest.newBuilder()
                                    .addLists(ListDigest.newBuilder().setPath("long.txt"))
                                    .addLists(ListDigest.newBuilder().setName("fetched"))
                                    .build()
                                    .toByteString())
                    .addFiles(file("policy.yaml"))
                    .addFiles(file("long.txt"))
                    .addFiles(file("short.txt"))
                    .build();

    private final List<ControlMessage> sent = new ArrayList<>();
    private final AbleOutbound out = new AbleOutbound(new Kept(sent));

    @Test
    void an_edge_that_fetches_lists_is_not_sent_what_they_were_made_of() {
        out.hear(hello(EdgeAbility.EDGE_ABILITY_LISTS));

        out.send(offer());

        assertThat(sent.getFirst().getOffer().getBundle().getFilesList())
                .map(BundleFile::getPath)
                .containsExactly("policy.yaml", "short.txt");
        assertThat(sent.getFirst().getOffer().getNonce()).isEqualTo(ByteString.copyFromUtf8("n"));
        assertThat(sent.getFirst().getOffer().getBundle().getManifest())
                .isEqualTo(BUNDLE.getManifest());
    }

    @Test
    void an_older_edge_is_sent_every_file() {
        out.hear(hello(EdgeAbility.EDGE_ABILITY_HEALTH));

        out.send(offer());

        assertThat(sent).containsExactly(offer());
    }

    private static EdgeMessage hello(EdgeAbility ability) {
        return EdgeMessage.newBuilder().setHello(Hello.newBuilder().addAbilities(ability)).build();
    }

    private static ControlMessage offer() {
        return ControlMessage.newBuilder()
                .setOffer(
                        Offer.newBuilder().setNonce(ByteString.copyFromUtf8("n")).setBundle(BUNDLE))
                .build();
    }

    private static BundleFile file(String path) {
        return BundleFile.newBuilder()
                .setPath(path)
                .setContent(ByteString.copyFromUtf8(path))
                .build();
    }

    private record Kept(List<ControlMessage> sent) implements EdgeSession.Outbound {
        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void send(ControlMessage message) {
            sent.add(message);
        }

        @Override
        public void fail(String reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void replaced() {
            throw new AssertionError("replaced");
        }

        @Override
        public void goAway() {
            throw new AssertionError("went away");
        }
    }
}
