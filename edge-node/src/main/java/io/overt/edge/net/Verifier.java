package io.overt.edge.net;

import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.UpstreamUntrusted;
import io.overt.edge.flow.Event.UpstreamVerified;
import io.overt.edge.flow.Event.VerifierFull;
import io.overt.x509.ChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.Verdict;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Consumer;

/** Verifies chains away from the event loops: a chain costs a millisecond and more. Thread-safe. */
final class Verifier implements AutoCloseable {
    private final ChainVerifier verifier;
    private final Clock clock;
    private final int most;
    private final ThreadPoolExecutor pool;

    /**
     * @param threads as many as there are processors to spare
     * @param most chains that may wait
     */
    Verifier(ChainVerifier verifier, Clock clock, int threads, int most) {
        this.verifier = verifier;
        this.clock = clock;
        this.most = most;
        this.pool = Pools.bounded("verify", threads, most);
    }

    /**
     * Verifies for the server name, or where there is none for the address.
     *
     * @param events hears the verdict, on a thread of the pool
     */
    void verify(
            PresentedChain chain,
            Optional<String> serverName,
            InetSocketAddress address,
            Consumer<Event> events) {
        try {
            pool.execute(() -> events.accept(verdict(chain, serverName, address)));
        } catch (RejectedExecutionException _) {
            events.accept(new VerifierFull(most + " chains are waiting to be verified"));
        }
    }

    private Event verdict(
            PresentedChain chain, Optional<String> serverName, InetSocketAddress address) {
        Optional<ReferenceIdentity> name =
                serverName.isPresent()
                        ? ReferenceIdentity.parse(serverName.get())
                        : Optional.of(new ReferenceIdentity.IpAddress(address.getAddress()));
        if (name.isEmpty()) {
            return new UpstreamUntrusted(
                    List.of(
                            new UntrustedReason(
                                    UntrustedReason.Kind.NAME_MISMATCH,
                                    "server name "
                                            + serverName.orElse("")
                                            + " is none that a certificate could be for")),
                    Optional.empty());
        }
        var now = clock.instant();
        return switch (verifier.verify(chain, name.get(), now)) {
            case Verdict.Verified(var upstream) -> new UpstreamVerified(upstream);
            case Verdict.Untrusted(var reasons) ->
                    new UpstreamUntrusted(
                            reasons, UntrustedUpstream.of(chain, name.get(), now, reasons));
        };
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
