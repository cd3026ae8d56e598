package io.overt.edge.net;

import io.netty.channel.EventLoop;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.ForgeRefused;
import io.overt.edge.flow.Event.LeafForged;
import io.overt.edge.flow.Event.NotMirrorable;
import io.overt.edge.flow.Event.ShellFailed;
import io.overt.edge.flow.Event.SignerAway;
import io.overt.edge.flow.Known.Leaf;
import io.overt.edge.forge.ForgeResult;
import io.overt.edge.forge.ForgedLeaf;
import io.overt.edge.forge.LeafForge;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.UpstreamStanding;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks for one connection's leaf, and keeps it for the handshake. Confined to the event loop. */
final class ForgeAsk {
    private final LeafForge forge;
    private final EventLoop loop;
    private final Consumer<Event> events;
    private @Nullable ForgedLeaf leaf;

    /**
     * @param events hears the answer, on {@code loop}
     */
    ForgeAsk(LeafForge forge, EventLoop loop, Consumer<Event> events) {
        this.forge = forge;
        this.loop = loop;
        this.events = events;
    }

    void ask(UpstreamStanding upstream) {
        var _ =
                forge.forge(upstream)
                        .whenComplete(
                                (result, failure) ->
                                        loop.execute(
                                                () -> events.accept(answered(result, failure))));
    }

    /**
     * @throws IllegalStateException if none was forged
     */
    ForgedLeaf leaf() {
        if (leaf == null) {
            throw new IllegalStateException("no leaf was forged");
        }
        return leaf;
    }

    private Event answered(@Nullable ForgeResult result, @Nullable Throwable failure) {
        if (result == null) {
            // The port says that failures are values; this is a bug of ours, not an outcome.
            return new ShellFailed("forge: " + failure);
        }
        return switch (result) {
            case ForgeResult.Forged(var forged, var tier) -> {
                leaf = forged;
                var sha256 = CertificateFingerprint.of(forged.certificate()).hex();
                yield new LeafForged(new Leaf(tier, sha256));
            }
            case ForgeResult.Refused(var reason, var detail) -> new ForgeRefused(reason, detail);
            case ForgeResult.NotMirrorable(var detail) -> new NotMirrorable(detail);
            case ForgeResult.Unavailable(var detail) -> new SignerAway(detail);
        };
    }
}
