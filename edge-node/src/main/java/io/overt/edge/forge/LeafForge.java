package io.overt.edge.forge;

import io.overt.x509.UpstreamStanding;
import java.util.concurrent.CompletionStage;

/** Makes the certificate that a client is shown in place of an upstream's. Thread-safe. */
public interface LeafForge {

    /**
     * Finds or forges the leaf that mirrors {@code upstream}: by an issuer that clients trust if it
     * verified, else by one that they do not. Never blocks and never waits longer than its
     * configured deadline, so it may be called on an event loop; the stage completes on a thread of
     * the forge's own, so hop back before touching a channel.
     *
     * <p>The stage always completes, and always normally: failures are values.
     */
    CompletionStage<ForgeResult> forge(UpstreamStanding upstream);
}
